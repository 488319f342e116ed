package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace writes text to the file at path, with mode, atomically: a reader sees the old
// text or the new text. If an error occurs, the old file remains unchanged.
func Replace(path string, text []byte, mode fs.FileMode) error {
	_, err := publish(path, text, mode, func(f *os.File) (bool, error) { return true, Rename(f, path) })
	return err
}

// Create writes text to a new file at path atomically, with mode 0600. It reports false
// if path already exists, and leaves that file alone.
func Create(path string, text []byte) (created bool, err error) {
	return publish(path, text, 0o600, func(f *os.File) (bool, error) {
		switch err := os.Link(f.Name(), path); {
		case err == nil:
			return true, nil
		case errors.Is(err, fs.ErrExist):
			return false, nil
		}
		// The file system may not support links.
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
		return true, Rename(f, path)
	})
}

// publish writes a complete temporary file and calls name to give it its final name. The
// temporary name starts with a dot and has its own suffix, so that neither the node
// exporter nor systemd reads the file.
func publish(path string, text []byte, mode fs.FileMode, name func(*os.File) (bool, error)) (done bool, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return false, err
	}
	defer func() {
		_ = os.Remove(f.Name()) // gone after a rename
		_ = f.Close()           // synced already
	}()
	_, err = f.Write(text)
	if err := errors.Join(err, f.Chmod(mode), f.Sync()); err != nil {
		return false, err
	}
	return name(f)
}
