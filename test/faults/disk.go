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

// mount mounts a disk of size bytes. Only root can.
func mount(dir string, size int64) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		return fmt.Errorf("mount a small disk at %s (needs root): %w", dir, err)
	}
	return nil
}

func unmount(dir string) error { return syscall.Unmount(dir, syscall.MNT_DETACH) }

// fullTemp runs hectl with a full TMPDIR.
func fullTemp(ctx context.Context, t *try) (o outcome, err error) {
	if err := mount(t.tmp, 64<<10); err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, unmount(t.tmp)) }()
	if err := ballast(t.tmp, 0); err != nil {
		return o, err
	}
	o, err = t.do1(ctx)
	left, readErr := os.ReadDir(t.tmp)
	if len(left) != 1 {
		o.code, o.stderr = 1, fmt.Sprintf("in the full TMPDIR: %v\n%s", left, o.stderr)
	}
	return o, errors.Join(err, readErr)
}

// do1 runs only the row's command.
func (t *try) do1(ctx context.Context) (outcome, error) {
	plain := *t
	plain.row.instead, plain.row.before, plain.row.strike = nil, nil, nil
	o, err := plain.do(ctx)
	t.started = append(t.started, plain.started...)
	return o, err
}

// ballast fills a disk except for free bytes.
func ballast(dir string, free int64) error {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, ballastFile))
	if err != nil {
		return err
	}
	// Allocate the space: a tmpfs would make a sparse file.
	err = syscall.Fallocate(int(f.Fd()), 0, 0, int64(disk.Bavail)*disk.Bsize-free)
	return errors.Join(err, f.Close())
}

const ballastFile = "ballast"

// diskPrefix is the prefix of the names of all mount points.
const diskPrefix = "hectl-disk-"

// fullServer runs a fetch into a server whose disk becomes full, at the try's share
// of the space that the run needs.
func fullServer(ctx context.Context, t *try) (o outcome, err error) {
	disk, err := diskOf(t)
	if err != nil {
		return o, err
	}
	free := int64(t.share() * float64(fullServerNeeds))
	if err := ballast(disk, free); err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, os.Remove(filepath.Join(disk, ballastFile))) }()
	return t.do1(ctx)
}

// Sizes for the rows about a full server: its disk, and the most that a fetch needs of it.
const (
	serverDisk      = 400 << 20
	fullServerNeeds = 48 << 20
)

// diskOf returns the mount point that contains the local server's folder.
func diskOf(t *try) (string, error) {
	disk := filepath.Dir(t.local.Socket())
	if !strings.HasPrefix(filepath.Base(disk), diskPrefix) {
		return "", errors.New("the server has no disk of its own")
	}
	return disk, nil
}
