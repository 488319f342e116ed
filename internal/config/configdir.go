package config

import (
	"path/filepath"
	"runtime"
)

// configDir is os.UserConfigDir for a given home.
func configDir(home string) string {
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Application Support")
	}
	return filepath.Join(home, ".config")
}
