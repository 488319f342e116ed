//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// stranger is the uid of another user. Only root can use it.
const stranger = 65534

const traps = 4

// layTrap creates one of the traps that another user could leave under the name of a
// file that hectl writes.
func layTrap(n int, path, precious string) error {
	switch n {
	case 0:
		return os.Symlink(precious, path)
	case 1:
		return os.Link(precious, path)
	case 2:
		return syscall.Mkfifo(path, 0o666)
	}
	return errors.Join(os.WriteFile(path, []byte("theirs"), 0o600), os.Chmod(path, 0o666))
}

// trapped downloads into a folder that every user can write to, with a trap under the
// name of the partial file. At the first point, it writes metrics instead.
func trapped(ctx context.Context, t *try) (outcome, error) {
	dir, err := os.MkdirTemp(t.dir, "shared")
	if err != nil {
		return outcome{}, err
	}
	precious := filepath.Join(t.dir, "precious")
	if err := errors.Join(os.WriteFile(precious, []byte("precious"), 0o600), os.Chmod(dir, 0o777)); err != nil {
		return outcome{}, err
	}
	target := filepath.Join(dir, "x.dump")
	args, trap := []string{"download", "latest", "-o", target}, ""
	objects, err := t.s3.Objects(ctx, t.bucket)
	if err != nil {
		return outcome{}, err
	}
	for _, o := range objects {
		if strings.HasPrefix(o.Key, "backups/") {
			trap = target + "." + o.ETag + ".partial"
		}
	}
	if t.n == 0 {
		args, trap = []string{"status", "--metrics", target}, target
	}
	if err := layTrap(t.n, trap, precious); err != nil {
		return outcome{}, err
	}
	if os.Getuid() == 0 {
		if err := os.Lchown(trap, stranger, stranger); err != nil {
			return outcome{}, err
		}
	}
	o, err := t.run(ctx, args...)
	if text, readErr := os.ReadFile(precious); string(text) != "precious" {
		return o, fmt.Errorf("the file behind the trap changed: %q, %w", text, readErr)
	}
	if _, statErr := os.Lstat(target); statErr == nil && trap != target {
		return o, errors.New("the trap was published")
	}
	return o, err
}
