package main

import (
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rubyforgood/hectl/test/containers"
)

// container NAME runs hectl with the arguments and only the variables of an example in
// docs/containers.md: cronjob, compose, actions or docker. It replaces the names in the
// page with those of the script.
func cmdContainer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: container NAME")
	}
	text := ts.ReadFile(ts.MkAbs(ts.Getenv("ROOT") + "/" + containers.Page))
	all, err := containers.Runs(text)
	ts.Check(err)
	c, ok := all[args[0]]
	if !ok {
		ts.Fatalf("%s has no example %s", containers.Page, args[0])
	}
	run := []string{"-i"}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "GOCOVERDIR", "GORACE", "AWS_ENDPOINT_URL_S3"} {
		run = append(run, name+"="+ts.Getenv(name))
	}
	for _, name := range c.Pass {
		if value := ts.Getenv(name); value != "" {
			run = append(run, name+"="+value)
		}
	}
	for name, value := range c.Env {
		value = strings.NewReplacer(
			"postgres://postgres@postgres/app_dev", ts.Getenv("HECTL_TARGET"),
			"postgres://postgres@127.0.0.1/app_test", ts.Getenv("HECTL_TARGET"),
		).Replace(value)
		run = append(run, name+"="+here(ts, value))
	}
	ts.Check(ts.Exec("env", append(append(run, "hectl"), c.Args...)...))
}
