package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/ownfile"
)

// install writes the units that are not there yet. One that is there and
// differs may have been edited: it is replaced only with force, and without it
// none is written.
func install(units []unit, force bool) error {
	for i := range units {
		u := &units[i]
		switch there, err := os.ReadFile(u.Path); {
		case err == nil && string(there) == u.Text:
			u.State = "unchanged"
		case errors.Is(err, fs.ErrNotExist):
			u.State = "written"
		case err != nil:
			return installError(err)
		case force:
			u.State = "written"
		default:
			return fault.New(fault.Usage, "compare it with the output without --install, then replace it with --force", "install units: %s exists and differs", u.Path)
		}
	}
	for _, u := range units {
		if u.State == "unchanged" {
			continue
		}
		if err := writeAside(u.Path, u.Text); err != nil {
			return installError(err)
		}
	}
	return nil
}

func installError(err error) error {
	err = fmt.Errorf("install units: %w", err)
	if errors.Is(err, fs.ErrPermission) {
		return fault.Wrap(fault.Denied, `run it as root, with the same settings: "sudo -E hectl schedule …"`, err)
	}
	return err
}

// writeAside writes a file that appears under its name when it is complete.
func writeAside(path, text string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".hectl-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
		_ = f.Close() // it was synced
	}()
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Chmod(0o644), f.Sync())
	if err != nil {
		return err
	}
	return ownfile.Rename(f, path)
}
