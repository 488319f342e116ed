package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/rogpeppe/go-internal/testscript"
)

// A container is what one example in docs/containers.md runs.
type container struct {
	Args []string
	Env  map[string]string // without those that the page takes from a secret or a shell
	Pass []string          // those that it takes from there
}

const (
	containersPage = "docs/containers.md"
	imageName      = "ghcr.io/rubyforgood/hectl"
)

// containerExample returns the YAML block of the page that contains text, decoded.
func containerExample(page, text string) (map[string]any, error) {
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(page, -1) {
		if strings.Contains(block[1], text) {
			var v map[string]any
			err := yaml.Unmarshal([]byte(block[1]), &v)
			return v, err
		}
	}
	return nil, fmt.Errorf("%s has no example with %s", containersPage, text)
}

// decodeInto copies the part of a decoded example at path into v. Fields that v does not
// have are ignored: the schemas check the names.
func decodeInto(v any, example any, path ...string) error {
	for _, name := range path {
		m, ok := example.(map[string]any)
		if !ok || m[name] == nil {
			return fmt.Errorf("no %s in the example", name)
		}
		example = m[name]
	}
	text, err := json.Marshal(example)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}

// containers returns what the examples of the page run.
func containers(page string) (map[string]container, error) {
	found := map[string]container{}
	cronJob, err := containerExample(page, "kind: CronJob")
	if err != nil {
		return nil, err
	}
	var pod struct {
		Containers []struct {
			Image string
			Args  []string
			Env   []struct {
				Name, Value string
				ValueFrom   any
			}
		}
	}
	if err := decodeInto(&pod, cronJob, "spec", "jobTemplate", "spec", "template", "spec"); err != nil {
		return nil, err
	}
	job := container{Args: pod.Containers[0].Args, Env: map[string]string{}, Pass: []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}}
	for _, variable := range pod.Containers[0].Env {
		if variable.ValueFrom != nil {
			job.Pass = append(job.Pass, variable.Name)
			continue
		}
		job.Env[variable.Name] = variable.Value
	}
	found["cronjob"] = job

	compose, err := containerExample(page, "profiles: [fetch]")
	if err != nil {
		return nil, err
	}
	var service struct {
		Command     []string
		Environment map[string]*string
	}
	if err := decodeInto(&service, compose, "services", "fetch"); err != nil {
		return nil, err
	}
	fetch := container{Args: service.Command, Env: map[string]string{}}
	for name, value := range service.Environment {
		if value == nil {
			fetch.Pass = append(fetch.Pass, name)
			continue
		}
		fetch.Env[name] = *value
	}
	found["compose"] = fetch

	actions, err := containerExample(page, "runs-on:")
	if err != nil {
		return nil, err
	}
	var workflow struct {
		Steps []struct {
			Run string
			Env map[string]string
		}
	}
	if err := decodeInto(&workflow, actions, "jobs", "test"); err != nil {
		return nil, err
	}
	for _, step := range workflow.Steps {
		if step.Run == "" {
			continue
		}
		if found["actions"], err = dockerRun(step.Run, step.Env); err != nil {
			return nil, err
		}
	}
	for _, block := range regexp.MustCompile("(?m)^docker run .*").FindAllString(page, -1) {
		if found["docker"], err = dockerRun(block, nil); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// dockerRun returns what "docker run" would run. Only variables with -e reach it.
func dockerRun(line string, env map[string]string) (container, error) {
	words := strings.Fields(strings.ReplaceAll(line, "\\\n", " "))
	image := slices.IndexFunc(words, func(word string) bool { return strings.HasPrefix(word, imageName+":") })
	if image < 0 || words[0] != "docker" || words[1] != "run" {
		return container{}, fmt.Errorf("%q does not run %s", line, imageName)
	}
	c := container{Args: words[image+1:], Env: map[string]string{}}
	for i := 2; i < image; i++ {
		switch words[i] {
		case "--rm":
		case "--network":
			i++
		case "-e":
			i++
			if value, ok := env[words[i]]; ok {
				c.Env[words[i]] = value
			} else {
				c.Pass = append(c.Pass, words[i])
			}
		default:
			return c, fmt.Errorf("docker run has no option %s here", words[i])
		}
	}
	for name := range env {
		if _, ok := c.Env[name]; !ok {
			return c, errors.New(name + " does not reach the container")
		}
	}
	return c, nil
}

// container NAME runs hectl with the arguments and only the variables of an example in
// docs/containers.md: cronjob, compose, actions or docker. It replaces the names in the
// page with those of the script.
func cmdContainer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: container NAME")
	}
	text := ts.ReadFile(ts.MkAbs(ts.Getenv("ROOT") + "/" + containersPage))
	all, err := containers(text)
	ts.Check(err)
	c, ok := all[args[0]]
	if !ok {
		ts.Fatalf("%s has no example %s", containersPage, args[0])
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
