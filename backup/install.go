package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
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
