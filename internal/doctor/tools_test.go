package doctor

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/finding"
)

func TestCheckTools(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"pg_dump":    "#!/bin/sh\necho 'pg_dump (PostgreSQL) 17.2'\n",
		"pg_restore": "#!/bin/sh\necho broken >&2\nexit 1\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	settings := config.Environment([]string{"PATH=/usr/bin:/bin"})

	d, _ := newDoctor(t, role{})
	if tools := d.checkTools(t.Context(), settings, config.Flags{"pg-bin": dir}); tools == nil || len(tools.All()) != 1 {
		t.Errorf("found %v", tools)
	}
	got := texts(d.found, finding.ClientTools)
	if !strings.HasPrefix(got, "ok pg_dump 17.2: "+dir) || !strings.Contains(got, "warning "+filepath.Join(dir, "pg_restore")+" does not run") {
		t.Error(got)
	}

	// A wrong setting is an error, and the machine's own tools are listed.
	d, _ = newDoctor(t, role{})
	if tools := d.checkTools(t.Context(), settings, config.Flags{"pg-bin": t.TempDir()}); tools == nil {
		t.Error("the check ended")
	}
	if got := texts(d.found, finding.ClientTools); !strings.HasPrefix(got, "error ") {
		t.Error(got)
	}

	ended, end := context.WithCancel(t.Context())
	end()
	if tools := d.checkTools(ended, settings, nil); tools != nil {
		t.Error("the check went on after an interrupt")
	}
}
