package main

import (
	"os/exec"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// ruby LIBRARY… has $RUBY be a Ruby that has these libraries. Where there is none the
// script fails: "make test" installs one.
func cmdRuby(ts *testscript.TestScript, neg bool, libraries []string) {
	if neg || len(libraries) == 0 {
		ts.Fatalf("usage: ruby LIBRARY…")
	}
	// A Ruby of the user's own, first in PATH, need not have what Debian's has.
	for _, name := range []string{"ruby", "/usr/bin/ruby"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		var args []string
		for _, library := range libraries {
			args = append(args, "-r"+library)
		}
		if exec.Command(path, append(args, "-e", "")...).Run() == nil {
			ts.Setenv("RUBY", path)
			return
		}
	}
	ts.Fatalf("no Ruby with %s: run script/setup --tests", strings.Join(libraries, " and "))
}
