package files

import (
	"errors"
	"fmt"
	"os"
)

// Unlinked creates a file without a name in dir, "" for the system's folder of temporary
// files. No other user can open it, and it disappears when it is closed or the process
// exits.
func Unlinked(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, "hectl-") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("create a temporary file: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("unlink a temporary file: %w", err), f.Close())
	}
	return f, nil
}
