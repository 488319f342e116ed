package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// run is one run of a contender: its programs and their memory.
type run struct {
	*world
	endpoint string // endpoint of S3
	memory   memory
}

// file returns the path of a file of the run.
func (r *run) file(name string) string { return filepath.Join(r.dir, name) }

// tool returns one of Postgres's programs.
func (r *run) tool(name string, args ...string) *exec.Cmd {
	return r.command(filepath.Join(r.cluster.Bin(), name), args...)
}

// s3Client returns an S3 client; see client.
func (r *run) s3Client(args ...string) *exec.Cmd {
	return r.command(r.opt.self, append([]string{clientArg}, args...)...)
}

// hectl returns the program under test.
func (r *run) hectl(bucket string, s *subject, args ...string) *exec.Cmd {
	cmd := r.command(r.opt.hectl, args...)
	cmd.Env = append(cmd.Env,
		"HECTL_BUCKET=s3://"+bucket, "HECTL_ENV="+s.database, "HECTL_JOBS="+strconv.Itoa(r.opt.jobs),
		"HECTL_PG_BIN="+r.cluster.Bin(), "HECTL_SOURCE="+r.cluster.URI(s.database), "HECTL_TARGET="+r.cluster.URI(targetDB))
	return cmd
}

// command returns a program whose environment names the S3 server at the end of the
// link, without the caller's own settings.
func (r *run) command(path string, args ...string) *exec.Cmd {
	cmd := &exec.Cmd{Path: path, Args: append([]string{filepath.Base(path)}, args...), Dir: r.dir}
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	cmd.Env = append(cmd.Env, r.s3.Env()...)
	cmd.Env = append(cmd.Env, "AWS_ENDPOINT_URL_S3="+r.endpoint)
	return cmd
}

// pipe runs programs, each with the output of the previous one as its input.
func (r *run) pipe(ctx context.Context, cmds ...*exec.Cmd) error {
	var stderrs []*bytes.Buffer
	var pids []int
	var ends []*os.File // ends of the pipes between the programs
	closeEnds := func() {
		for _, f := range ends {
			_ = f.Close() // the children have their own copies
		}
	}
	for i := range cmds[1:] {
		reader, writer, err := os.Pipe()
		if err != nil {
			closeEnds()
			return err
		}
		ends = append(ends, reader, writer)
		cmds[i].Stdout, cmds[i+1].Stdin = writer, reader
	}
	var err error
	started := cmds[:0:0]
	for _, cmd := range cmds {
		stderr := &bytes.Buffer{}
		cmd.Stderr = stderr
		if err = cmd.Start(); err != nil {
			break
		}
		started, stderrs, pids = append(started, cmd), append(stderrs, stderr), append(pids, cmd.Process.Pid)
	}
	closeEnds()
	stopSignals := context.AfterFunc(ctx, func() { endAll(started) })
	defer stopSignals()
	stopWatching := watchMemory(pids)
	errs := []error{err}
	for i, cmd := range started {
		if err := cmd.Wait(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w%s", cmd.Args[0], err, tail(stderrs[i].String())))
		}
	}
	r.memory.add(stopWatching(started))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(errs...)
}

// endAll interrupts the programs and gives hectl time to tidy up.
func endAll(cmds []*exec.Cmd) {
	for _, cmd := range cmds {
		_ = cmd.Process.Signal(os.Interrupt) // an error means that it has exited
	}
	time.AfterFunc(15*time.Second, func() {
		for _, cmd := range cmds {
			_ = cmd.Process.Kill()
		}
	})
}

// tail returns the last lines of stderr, for an error.
func tail(stderr string) string {
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	if text := strings.Join(lines[max(0, len(lines)-5):], "\n"); text != "" {
		return ":\n" + text
	}
	return ""
}

// pipeTo runs a program with the output in a file.
func (r *run) pipeTo(ctx context.Context, file string, cmd *exec.Cmd) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	cmd.Stdout = f
	return errors.Join(r.pipe(ctx, cmd), f.Close())
}

// pipeFrom runs a program with the input from a file.
func (r *run) pipeFrom(ctx context.Context, file string, cmd *exec.Cmd) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	cmd.Stdin = f
	return errors.Join(r.pipe(ctx, cmd), f.Close())
}
