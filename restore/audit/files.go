package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
)

// File name extensions that select a format.
const (
	markdown = ".md"
	inJSON   = ".json"
)

// Files returns the paths of a report: path itself if it has the extension of a format,
// otherwise one path for each format.
func Files(path string) []string {
	if ending := strings.ToLower(filepath.Ext(path)); ending == markdown || ending == inJSON {
		return []string{path}
	}
	return []string{path + markdown, path + inJSON}
}

// CheckFolder returns an error if no file can be created in the folder of path. It runs
// first, because a report that cannot be written would waste a long run.
func CheckFolder(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return fault.New(fault.Usage, "name a file in a folder that you can write to", "--report: %w", err)
	}
	_ = f.Close() // nothing was written
	return os.Remove(f.Name())
}

// Write writes the report to path atomically, with mode 0600.
func Write(path string, r *Report) error {
	text, err := render(path, r)
	if err == nil {
		err = files.Replace(path, text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("write the report %s: %w", path, err)
	}
	return nil
}

// render returns the report in the format of path, without passwords.
func render(path string, r *Report) ([]byte, error) {
	if strings.ToLower(filepath.Ext(path)) == markdown {
		return []byte(fault.Redact(Markdown(r))), nil
	}
	text, err := console.RedactJSON(r)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
