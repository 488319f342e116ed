package schedule

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
)

// Install writes the units that do not exist yet and sets the State of each. A unit
// that exists and differs may have been edited: without force, Install then fails
// with a fault.Usage and writes none of the units.
func Install(units []Unit, force bool) error {
	for i := range units {
		u := &units[i]
		switch existing, err := os.ReadFile(u.Path); {
		case err == nil && string(existing) == u.Text:
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
		if err := files.Replace(u.Path, []byte(u.Text), 0o644); err != nil {
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
