package pgtools

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/internal/fault"
)

// A Tool is one of PostgreSQL's client programs.
type Tool struct {
	Name    string // pg_dump or pg_restore
	Path    string
	Version Version
	Zstd    bool // pg_dump can compress with zstd
	Wrapper bool // Debian's pg_wrapper, which chooses a program by its own rules
}

// Tools are the client programs on this machine.
type Tools struct {
	found   []Tool
	skipped []Skipped
	advice  func(major int) string // how to install client tools here
}

// Skipped is a file that has the name of a client program but does not run.
type Skipped struct {
	Path string
	Err  error
}

// askTimeout is how long a program may take to answer.
const askTimeout = 5 * time.Second

// FindTools looks for pg_dump and pg_restore in the directory bin or, if bin is "", in PATH
// and the usual directories of packages. It runs each program to get its version. It fails
// if bin has neither program; otherwise Dump and Restore report a missing one.
func FindTools(ctx context.Context, bin string, env Environ) (*Tools, error) {
	dirs := []string{bin}
	if bin == "" {
		dirs = toolDirs(ctx, env)
	}
	t := &Tools{advice: installAdvice}
	var (
		mu    sync.Mutex
		group errgroup.Group
	)
	group.SetLimit(8)
	for _, path := range toolPaths(dirs) {
		group.Go(func() error {
			tool, err := askTool(ctx, path)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.skipped = append(t.skipped, Skipped{path, err})
				return nil
			}
			t.found = append(t.found, tool)
			return nil
		})
	}
	_ = group.Wait() // the functions return no errors
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("find client tools: %w", err)
	}
	slices.SortFunc(t.found, compareTools)
	slices.SortFunc(t.skipped, func(a, b Skipped) int { return strings.Compare(a.Path, b.Path) })
	if bin != "" && len(t.found) == 0 {
		return nil, fault.New(fault.Usage, "name the folder that has pg_dump and pg_restore in it", "client tools: no working pg_dump or pg_restore in %s%s", bin, t.skippedText())
	}
	return t, nil
}

// All returns the tools, ordered by name and version.
func (t *Tools) All() []Tool { return slices.Clone(t.found) }

// Skipped returns the programs that did not run.
func (t *Tools) Skipped() []Skipped { return slices.Clone(t.skipped) }

// Advice returns how to install client tools on a machine that has none.
func (t *Tools) Advice() string { return anyAdvice() }

func (t *Tools) skippedText() string {
	if len(t.skipped) == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s does not run: %v)", t.skipped[0].Path, t.skipped[0].Err)
}

// toolDirs returns the directories that may contain client tools.
func toolDirs(ctx context.Context, env Environ) []string {
	var dirs []string
	path, _ := env("PATH")
	for _, dir := range filepath.SplitList(path) {
		if filepath.IsAbs(dir) { // never run programs from the current directory
			dirs = append(dirs, dir)
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", // Debian
		"/usr/pgsql-*/bin",          // PGDG packages on Fedora and Red Hat
		"/usr/libexec/postgresql*",  // Alpine
		"/opt/homebrew/opt/libpq/bin",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/libpq/bin", // Homebrew on Intel
		"/usr/local/opt/postgresql@*/bin",
		"/home/linuxbrew/.linuxbrew/opt/libpq/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	} {
		matches, _ := filepath.Glob(pattern) // the patterns are well-formed
		dirs = append(dirs, matches...)
	}
	for _, dir := range dirs {
		config := filepath.Join(dir, "pg_config")
		if _, err := os.Stat(config); err != nil {
			continue
		}
		if out, err := ask(ctx, config, "--bindir"); err == nil {
			dirs = append(dirs, strings.TrimSpace(out))
		}
		break // the first in PATH is the machine's default
	}
	return dirs
}

// toolPaths returns the client tools in dirs. It returns each file once, even if several
// links lead to it.
func toolPaths(dirs []string) []string {
	var paths []string
	seen := map[string]bool{}
	for _, dir := range dirs {
		for _, name := range []string{"pg_dump", "pg_restore"} {
			path := filepath.Join(dir, name)
			file, err := filepath.EvalSymlinks(path)
			if err != nil || seen[name+"\x00"+file] {
				continue
			}
			seen[name+"\x00"+file] = true
			paths = append(paths, path)
		}
	}
	return paths
}

func askTool(ctx context.Context, path string) (Tool, error) {
	out, err := ask(ctx, path, "--version")
	if err != nil {
		return Tool{}, err
	}
	t := Tool{Name: filepath.Base(path), Path: path}
	if t.Version, err = ParseVersion(out); err != nil {
		return Tool{}, err
	}
	if file, err := filepath.EvalSymlinks(path); err == nil {
		t.Wrapper = filepath.Base(file) == "pg_wrapper"
	}
	t.Zstd = t.Name == "pg_dump" && t.Version.Major >= 16 && hasZstd(ctx, path)
	return t, nil
}

// hasZstd reports whether a pg_dump was built with zstd. pg_dump checks the compression
// before it connects, so hasZstd gives it a server that cannot exist.
func hasZstd(ctx context.Context, path string) bool {
	_, err := ask(ctx, path, "--format=custom", "--compress=zstd:3", "--file="+os.DevNull,
		"--no-password", "--dbname", "host=/nonexistent port=1 dbname=none user=none connect_timeout=1")
	return err != nil && strings.Contains(err.Error(), "connection to server")
}

// ask runs a program and returns its output.
func ask(ctx context.Context, path string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = childEnviron(Conn{})
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("no answer within %v", askTimeout)
	case err != nil && stderr.Len() > 0:
		return "", errors.New(strings.Join(strings.Fields(stderr.String()), " "))
	case err != nil:
		return "", err
	}
	return stdout.String(), nil
}
