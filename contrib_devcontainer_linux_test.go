package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// The feature's install.sh installs a release whose checksum matches, and nothing else.
func TestDevcontainerFeatureInstalls(t *testing.T) {
	const program = "#!/bin/sh\necho hectl 1.0.0\n"
	var archive bytes.Buffer
	z := gzip.NewWriter(&archive)
	w := tar.NewWriter(z)
	for name, text := range map[string]string{"hectl": program, "README.md": "# hectl\n"} {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	name := "hectl_1.0.0_linux_" + runtime.GOARCH + ".tar.gz"
	sums := func(sum string) string {
		return fmt.Sprintf("%s  %s\n%s  hectl_1.0.0_darwin_%s.tar.gz\n%s  hectl_1.0.0_linux_%s.cdx.json\n", sum, name, strings.Repeat("0", 64), runtime.GOARCH, strings.Repeat("1", 64), runtime.GOARCH)
	}
	right := fmt.Sprintf("%x", sha256.Sum256(archive.Bytes()))
	for _, tt := range []struct{ version, path, sums, failure string }{
		{"1.0.0", "/download/v1.0.0/", sums(right), ""},
		{"v1.0.0", "/download/v1.0.0/", sums(right), ""},
		{"latest", "/latest/download/", sums(right), ""},
		{"latest", "/latest/download/", sums(strings.Repeat("2", 64)), "is not the file that was released"},
		{"latest", "/latest/download/", "", "has no archive for"},
		{"2.0.0", "/download/v1.0.0/", sums(right), "cannot download"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case tt.path + "checksums.txt":
				_, _ = w.Write([]byte(tt.sums))
			case tt.path + name:
				_, _ = w.Write(archive.Bytes())
			default:
				http.NotFound(w, r)
			}
		}))
		bin := t.TempDir()
		cmd := exec.CommandContext(t.Context(), "contrib/devcontainer/hectl/install.sh")
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir(), "VERSION=" + tt.version, "POSTGRES=none", "HECTL_RELEASES=" + server.URL, "HECTL_BIN=" + bin}
		out, err := cmd.CombinedOutput()
		server.Close()
		installed, readErr := os.ReadFile(filepath.Join(bin, "hectl"))
		if tt.failure != "" {
			if err == nil || !strings.Contains(string(out), tt.failure) || readErr == nil {
				t.Errorf("%+v: %v\n%s", tt, err, out)
			}
			continue
		}
		if err != nil || string(installed) != program {
			t.Errorf("%+v: %v\n%s", tt, err, out)
			continue
		}
		if out, err := exec.CommandContext(t.Context(), filepath.Join(bin, "hectl")).Output(); err != nil || string(out) != "hectl 1.0.0\n" {
			t.Error(string(out), err)
		}
	}
}

// The feature declares exactly the options that install.sh reads, with the same defaults,
// and goreleaser names the archive as install.sh expects.
func TestDevcontainerFeatureOptions(t *testing.T) {
	text, err := os.ReadFile("contrib/devcontainer/hectl/devcontainer-feature.json")
	if err != nil {
		t.Fatal(err)
	}
	var feature struct {
		ID, Version, Name, Description, DocumentationURL string
		Options                                          map[string]struct{ Type, Default, Description string }
	}
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	if err := in.Decode(&feature); err != nil || feature.ID != "hectl" || feature.Version == "" || feature.Name == "" {
		t.Fatalf("%+v, %v", feature, err)
	}
	script, err := os.ReadFile("contrib/devcontainer/hectl/install.sh")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, read := range regexp.MustCompile(`(?m)^\w+=\$\{([A-Z]+):-(.*)\}$`).FindAllStringSubmatch(string(script), -1) {
		name := strings.ToLower(read[1])
		want = append(want, name)
		if option := feature.Options[name]; option.Type != "string" || option.Default != read[2] || option.Description == "" {
			t.Errorf("%s: %+v, and %s in install.sh", name, option, read[2])
		}
	}
	slices.Sort(want)
	if !slices.Equal(want, []string{"postgres", "version"}) || len(feature.Options) != len(want) {
		t.Errorf("%v, %v", want, feature.Options)
	}
	release, err := os.ReadFile(".goreleaser.yml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(release), `name_template: "{{ .ProjectName }}_{{ .Version }}_{{ .Os }}_{{ .Arch }}"`) || !strings.Contains(string(release), "formats: [tar.gz]") {
		t.Error("install.sh expects hectl_VERSION_linux_ARCH.tar.gz")
	}
}
