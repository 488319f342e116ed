package command

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Build is the version of hectl and how it was built.
type Build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Date     string `json:"date,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// NewBuild completes the values that the linker set in main, all of which may be "".
func NewBuild(version, commit, date string) Build {
	b := Build{
		Version: version, Commit: commit, Date: date,
		Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	info, ok := debug.ReadBuildInfo()
	if b.Version == "" && ok { // "go install" records the version of the module
		b.Version = info.Main.Version
	}
	if b.Version == "" || b.Version == "(devel)" {
		b.Version = "devel"
	}
	return b
}

// Text renders the build as one line.
func (b Build) Text() string {
	text := "hectl " + b.Version
	if b.Commit != "" {
		text += " (" + b.Commit
		if b.Date != "" {
			text += ", " + b.Date
		}
		text += ")"
	}
	return fmt.Sprintf("%s %s %s", text, b.Go, b.Platform)
}
