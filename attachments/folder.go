package attachments

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // Active Storage's checksums are MD5s
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rubyforgood/hectl/internal/readers"
)

// asideName is the folder for incomplete files, inside the folder of the Disk service:
// on the same file system, and out of reach of any key.
const asideName = ".hectl"

// partialSuffix is the suffix of the files in that folder.
const partialSuffix = ".partial"

// The modes that Rails gives its own files, before the umask. The application may run
// as another user, for example in a container.
const (
	fileMode   = 0o666
	folderMode = 0o777
)

// folder is the root of a Disk service.
type folder struct{ root *os.Root }

// openFolder opens an existing folder.
func openFolder(path string) (*folder, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &folder{root}, nil
}

// Close closes the folder.
func (f *folder) Close() error { return f.root.Close() }

// in adds the folder to an error: an os.Root reports only the path inside it.
func (f *folder) in(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("in %s: %w", f.root.Name(), err)
}

// has reports whether the folder has a file for b with the right size.
func (f *folder) has(b blob) (bool, error) {
	info, err := f.root.Stat(b.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, f.in(err)
	}
	return info.Mode().IsRegular() && info.Size() == b.Size, nil
}

// hasWhole is like has, but also compares the MD5 of the file if the blob has one.
func (f *folder) hasWhole(ctx context.Context, b blob) (bool, error) {
	has, err := f.has(b)
	if err != nil || !has || b.MD5 == nil {
		return has, err
	}
	file, err := f.root.Open(b.path)
	if err != nil {
		return false, f.in(err)
	}
	defer file.Close() //nolint:errcheck // only read from
	sum := md5.New()   //nolint:gosec // Active Storage's checksums are MD5s
	if _, err := io.Copy(sum, readers.Until(ctx, file)); err != nil {
		return false, err
	}
	return bytes.Equal(sum.Sum(nil), b.MD5), nil
}

// clean removes the partial files of blobs that are not wanted, and their folder if it
// is then empty.
func (f *folder) clean(wanted []blob) error {
	err := f.tidy(wanted)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return f.in(err)
}

func (f *folder) tidy(wanted []blob) error {
	mine := map[string]bool{}
	for _, b := range wanted {
		mine[filepath.Base(partialPath(b))] = true
	}
	dir, err := f.root.Open(asideName)
	if err != nil {
		return err
	}
	defer dir.Close() //nolint:errcheck // only read from
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasSuffix(name, partialSuffix) && !mine[name] {
			if err := f.root.Remove(filepath.Join(asideName, name)); err != nil {
				return err
			}
		}
	}
	f.removeAside()
	return nil
}

// makeAside makes the folder for partial files.
func (f *folder) makeAside() error { return f.in(f.root.MkdirAll(asideName, 0o700)) }

// removeAside removes the folder for partial files if it is empty.
func (f *folder) removeAside() {
	_ = f.root.Remove(asideName) // fails if it has files for the next run
}

// partialPath returns the path of an incomplete blob.
func partialPath(b blob) string {
	sum := sha256.Sum256([]byte(b.Key))
	return filepath.Join(asideName, fmt.Sprintf("%x%s", sum[:16], partialSuffix))
}

// partial is an incomplete file.
type partial struct {
	folder *folder
	file   *os.File
	path   string
	have   int64 // bytes in the file; more are appended
}

// partial opens the partial file of b that an earlier run left, or creates one.
func (f *folder) partial(b blob) (*partial, error) {
	p := &partial{folder: f, path: partialPath(b)}
	var err error
	if p.file, err = f.root.OpenFile(p.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, fileMode); err != nil {
		return nil, f.in(err)
	}
	info, err := p.file.Stat()
	if err == nil {
		if p.have = info.Size(); p.have > b.Size {
			err = p.restart()
		}
	}
	if err != nil {
		return nil, errors.Join(err, p.file.Close())
	}
	return p, nil
}

func (p *partial) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	p.have += int64(n)
	return n, err
}

// restart discards the bytes so far.
func (p *partial) restart() error {
	p.have = 0
	return p.file.Truncate(0)
}

// publish gives the complete file its final name. It does not sync the file: with
// thousands of small files that would take longer than the download. After a power
// failure a file may be truncated, which the next run detects by its size.
func (p *partial) publish(b blob) error {
	if err := p.file.Close(); err != nil {
		return err
	}
	if err := p.folder.root.MkdirAll(filepath.Dir(b.path), folderMode); err != nil {
		return p.folder.in(err)
	}
	return p.folder.in(p.folder.root.Rename(p.path, b.path))
}

// keep leaves the file for the next run unless it is empty.
func (p *partial) keep() error {
	if p.have == 0 {
		return p.remove()
	}
	return p.file.Close()
}

func (p *partial) remove() error {
	return errors.Join(p.folder.root.Remove(p.path), p.file.Close())
}
