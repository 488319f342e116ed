package restore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"syscall"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/restore/target"
)

// removal is something that a purge removes.
type removal struct {
	Kind   string `json:"kind"`             // "snapshot", "partial download" …
	Name   string `json:"name"`             // name of the database, or a path
	Size   int64  `json:"size"`             // bytes; -1 when not known
	Origin string `json:"origin,omitempty"` // where the rows come from, if the name does not show it

	remove func(ctx context.Context) error
}

// listing renders one line per removal.
func listing(removals []removal) string {
	var rows [][]string
	for _, r := range removals {
		name := console.Clean(r.Name)
		if r.Origin != "" {
			name += ": " + console.Clean(r.Origin)
		}
		rows = append(rows, []string{"  " + r.Kind, text.Size(r.Size), name})
	}
	return text.Table(rows)
}

// findRemovals finds the databases and files that hectl keeps for the target, on the server
// and in the folder for temporary files. The lock is held, so no run is using any of them.
func findRemovals(ctx context.Context, s *target.Session) ([]removal, error) {
	h, err := s.Holdings(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	var removals []removal
	for _, d := range h.All() {
		kind, origin := "temp database", ""
		switch {
		case target.IsTempName(s.Name(), d.Name):
		case d.Kind == target.KeptKind:
			kind, origin = "previous database", d.Origin.String()
		default:
			kind = "snapshot"
		}
		if err := target.MayRename(ctx, s.DB, d.Name); fault.CodeOf(err) == fault.Denied {
			s.Warn("%s was not dropped: %v", d.Name, err)
			continue
		} else if err != nil {
			return nil, err
		}
		why, err := s.ProductionReason(ctx, d)
		if err != nil {
			return nil, err
		}
		if why != "" {
			s.Warn("%s was not dropped: %s", d.Name, why)
			continue
		}
		removals = append(removals, removal{kind, d.Name, d.Size, origin, func(ctx context.Context) error {
			return target.Drop(ctx, s.DB, d.Name)
		}})
	}
	folders, err := s.Folders()
	for _, dir := range folders {
		removals = append(removals, removal{"temporary folder", dir, sizeOf(dir), "", func(context.Context) error {
			return os.RemoveAll(dir)
		}})
	}
	return removals, err
}

// sizeOf adds up the sizes of the files in a folder that hectl can read.
func sizeOf(dir string) (size int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().IsRegular() {
			size += info.Size()
		}
		return err
	})
	return size
}

// partialName matches the names that partialPath makes from a store's ETags.
var partialName = regexp.MustCompile(`.\.[0-9a-f]{32}(-\d+)?\` + partialSuffix + `$`)

// partialDownloads returns the unfinished downloads in a folder: files that are named
// by "hectl download" and begin like an archive.
func partialDownloads(dir string) ([]removal, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var removals []removal
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || !partialName.MatchString(e.Name()) {
			continue // already gone, or not hectl's
		}
		path := filepath.Join(dir, e.Name())
		if begins, err := beginsAsArchive(path); err != nil || !begins {
			continue
		}
		removals = append(removals, removal{"partial download", e.Name(), info.Size(), "", func(context.Context) error {
			return removePartial(path)
		}})
	}
	return removals, nil
}

func beginsAsArchive(path string) (bool, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }() // opened for reading only
	start := make([]byte, 5)
	n, err := io.ReadFull(f, start)
	if n > 0 && errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return n > 0 && dump.BeginsArchive(start[:n]), err
}

// removePartial removes a partial download, unless another hectl process is writing it.
func removePartial(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // nothing was written
	if err := files.LockIfSupported(f); err != nil {
		return fmt.Errorf("another hectl process may be working on it: %w", err)
	}
	return os.Remove(path)
}
