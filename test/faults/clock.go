//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// clockVariable shifts the clock of the program that buildClocked builds.
const clockVariable = "HECTL_FAULTS_CLOCK"

// buildClocked builds a hectl whose clock can be set. hectl itself has no such
// switch, so the compiler gets a main.go that differs in one line.
func buildClocked(ctx context.Context, dir string) (program string, err error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find hectl's source: %w", err)
	}
	root := strings.TrimSpace(string(out))
	original := filepath.Join(root, "main.go")
	source, err := os.ReadFile(original)
	if err != nil {
		return "", err
	}
	const clock = "time.Now,"
	if bytes.Count(source, []byte(clock)) != 1 {
		return "", errors.New("main.go no longer hands out the clock in one place")
	}
	source = bytes.Replace(source, []byte(clock), []byte(`func() time.Time {
		off, err := time.ParseDuration(os.Getenv("`+clockVariable+`"))
		if err != nil {
			panic(err)
		}
		return time.Now().Add(off)
	},`), 1)
	replacement, overlay := filepath.Join(dir, "main.go"), filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{original: replacement}})
	if err != nil {
		return "", err
	}
	if err := errors.Join(os.WriteFile(replacement, source, 0o600), os.WriteFile(overlay, text, 0o600)); err != nil {
		return "", err
	}
	program = filepath.Join(dir, "hectl-clocked")
	build := exec.CommandContext(ctx, "go", "build", "-overlay", overlay, "-o", program, ".")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build hectl with another clock: %w\n%s", err, out)
	}
	return program, nil
}
