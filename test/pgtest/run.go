package pgtest

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Run runs a client program of the server's version and returns its output. If the
// program fails, so does the test.
func (c *Cluster) Run(tb testing.TB, stdin []byte, program string, args ...string) []byte {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), filepath.Join(c.bin, program), args...)
	cmd.Stdin = bytes.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("%s %v: %v\n%s", program, args, err, &stderr)
	}
	return out
}

// WithoutKeys returns SQL of pg_dump or pg_restore without the lines that have a random key.
func WithoutKeys(sql []byte) string {
	var kept strings.Builder
	for line := range strings.Lines(string(sql)) {
		if !strings.HasPrefix(line, `\restrict`) && !strings.HasPrefix(line, `\unrestrict`) {
			kept.WriteString(line)
		}
	}
	return kept.String()
}
