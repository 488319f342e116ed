package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
)

// Limits of a folder of programs that needs approval. Every run that uses the folder
// reads all of it at the start.
const (
	maxPrograms     = 1000    // files and folders
	maxProgramBytes = 1 << 28 // bytes in total
)

// programs returns the content that an approval of the folder bin covers: its path and
// every file in it and in the folders below. The system updates its own programs, so only
// their names are included.
func (s *Sources) programs(bin string) (string, error) {
	root, err := filepath.EvalSymlinks(bin)
	if err != nil { // missing: reported on use
		return bin, nil //nolint:nilerr // see above
	}
	p := programs{hashAll: s.binRelative || within(s.repository(), root)}
	p.text.WriteString(bin + "\n" + root)
	if err := p.add(bin, ""); err != nil {
		return bin, fault.New(fault.Usage, "name a folder that contains only the client tools of Postgres", "approve pg_bin %s: %w", bin, err)
	}
	return p.text.String(), nil
}

// repository returns the repository of hectl.yml: the nearest folder above it with a
// .git, else its own folder.
func (s *Sources) repository() string {
	for dir := s.Dir(); ; dir = filepath.Dir(dir) {
		if exists(filepath.Join(dir, ".git")) {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return s.Dir()
		}
	}
}

func within(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

type programs struct {
	hashAll bool // including the files of root
	text    strings.Builder
	files   int
	bytes   int64
	above   []fs.FileInfo // folders above the current file
}

// add adds the file or folder at path. name is its path relative to the folder of
// programs. add follows links.
func (p *programs) add(path, name string) error {
	if p.files++; p.files > maxPrograms {
		return fmt.Errorf("it contains more than %d files", maxPrograms)
	}
	info, err := os.Stat(path)
	if err != nil { // a dangling link
		fmt.Fprintf(&p.text, "\n%q none", name)
		return nil //nolint:nilerr // see above
	}
	if info.IsDir() {
		return p.addFolder(path, name, info)
	}
	if !p.hashAll && files.Owner(info) == 0 {
		found, err := filepath.EvalSymlinks(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(&p.text, "\n%q system %q", name, found)
		return nil
	}
	if info.Mode().IsRegular() {
		if p.bytes += info.Size(); p.bytes > maxProgramBytes {
			return fmt.Errorf("its files are larger than %d MB in total", maxProgramBytes>>20)
		}
	}
	fmt.Fprintf(&p.text, "\n%q %s", name, fileSum(path))
	return nil
}

func (p *programs) addFolder(path, name string, info fs.FileInfo) error {
	for _, above := range p.above {
		if os.SameFile(above, info) { // a link to a folder above
			fmt.Fprintf(&p.text, "\n%q above", name)
			return nil
		}
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	fmt.Fprintf(&p.text, "\n%q folder", name)
	p.above = append(p.above, info)
	for _, e := range entries {
		if err := p.add(filepath.Join(path, e.Name()), filepath.Join(name, e.Name())); err != nil {
			return err
		}
	}
	p.above = p.above[:len(p.above)-1]
	return nil
}
