package restore

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// partial is the file beside a download's target that contains the bytes so far. Its name
// includes the object's ETag, so a later run resumes it only for the same object.
type partial struct {
	f      *os.File
	path   string
	target string
	have   int64 // bytes; new ones are appended
}

// partialSuffix ends the names of partial files.
const partialSuffix = ".partial"

var plainETag = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)

// partialPath returns the path at which an object's bytes are kept until the download is
// complete.
func partialPath(target string, o s3store.Object) string {
	tag := o.ETag
	if !plainETag.MatchString(tag) {
		sum := sha256.Sum256(fmt.Append(nil, o.ETag, o.LastModified.UnixNano()))
		tag = fmt.Sprintf("%x", sum[:16])
	}
	return target + "." + tag + partialSuffix
}

// openPartial opens the partial file for an object, readable only by its owner, and
// locks it against other runs until it is closed.
func openPartial(target string, o s3store.Object) (*partial, error) {
	p := &partial{path: partialPath(target, o), target: target}
	f, err := files.OpenLocked(p.path, os.O_RDWR|os.O_APPEND)
	if errors.Is(err, errors.ErrUnsupported) {
		f, err = files.Open(p.path, os.O_RDWR|os.O_APPEND)
	}
	switch {
	case errors.Is(err, files.ErrNotOurs):
		return nil, fault.Wrap(fault.Failed, "remove it if it should not be there, or use --output with a folder that only you can write to", err)
	case errors.Is(err, files.ErrLocked):
		return nil, fault.New(fault.Locked, "wait for it to finish", "another hectl process is working on %s", p.path)
	case err != nil:
		return nil, err
	}
	mine, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	p.f, p.have = f, mine.Size()
	if p.have > o.Size {
		err = p.restart()
	}
	return p, err
}

// Write appends downloaded bytes.
func (p *partial) Write(b []byte) (int, error) {
	n, err := p.f.Write(b)
	p.have += int64(n)
	return n, err
}

// restart discards the bytes so far.
func (p *partial) restart() error {
	p.have = 0
	return p.f.Truncate(0)
}

// publish renames the complete file to the target. It replaces an existing file only
// with force.
func (p *partial) publish(force bool) error {
	if err := p.f.Sync(); err != nil {
		return err
	}
	if err := mayWrite(p.target, force); err != nil {
		return err
	}
	if err := files.Rename(p.f, p.target); err != nil {
		return err
	}
	if dir, err := os.Open(filepath.Dir(p.target)); err == nil {
		_ = dir.Sync() // make the new name durable; not every file system supports it
		_ = dir.Close()
	}
	return nil
}

// keep closes the file and leaves it for another run, unless it is empty.
func (p *partial) keep() error {
	if p.have == 0 {
		return p.remove()
	}
	return errors.Join(p.f.Sync(), p.f.Close())
}

func (p *partial) remove() error { return errors.Join(os.Remove(p.path), p.f.Close()) }

// others returns the partial files of other objects for the same target.
func (p *partial) others() []string {
	found, err := filepath.Glob(files.QuoteGlob(p.target) + ".*" + partialSuffix)
	if err != nil {
		return nil
	}
	var others []string
	for _, path := range found {
		tag := strings.TrimSuffix(strings.TrimPrefix(path, p.target+"."), partialSuffix)
		if path != p.path && plainETag.MatchString(tag) {
			others = append(others, path)
		}
	}
	return others
}

// mayWrite refuses to replace an existing file without force. It always refuses to
// replace anything but a regular file.
func mayWrite(target string, force bool) error {
	info, err := os.Lstat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fault.Wrap(fault.Usage, "", err)
	case !info.Mode().IsRegular():
		return fault.New(fault.Usage, "name a file, or a folder, with --output", "%s exists and is not a regular file", target)
	case !force:
		return fault.New(fault.Usage, "use --force to replace it, or --output to name another", "%s already exists", target)
	}
	return nil
}
