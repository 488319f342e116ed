package attachments

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestFindStorage(t *testing.T) {
	const storageYML = "local:\n  service: Disk\n  root: <%= Rails.root.join(\"var/files\") %>\ntest:\n  service: Disk\n  root: tmp\n"
	for _, tt := range []struct {
		name       string
		files      []string // empty; a slash at the end makes a folder
		yml        string   // app/config/storage.yml
		given      string
		service    string
		current    string
		ofSettings string
		want       string
		refuse     string // part of the error
	}{
		{name: "in the current folder", files: []string{"app/storage/"}, current: "app", want: "app/storage"},
		{name: "not made yet", files: []string{"app/config/application.rb"}, current: "app", want: "app/storage"},
		{name: "beside hectl.yml", files: []string{"app/storage/", "app/deep/storage/"}, current: "app/deep", ofSettings: "app", want: "app/storage"},
		{name: "hectl.yml is elsewhere", files: []string{"app/storage/"}, current: "app", ofSettings: ".", want: "app/storage"},
		{name: "where the application says", files: []string{"app/storage/"}, yml: storageYML, current: "app", want: "app/var/files"},
		{name: "by another name", files: []string{"app/storage/"}, yml: storageYML, current: "app", service: "test", want: "app/tmp"},
		{name: "by a name that is none", files: []string{"app/storage/"}, yml: storageYML, current: "app", service: "disk", refuse: "has no Disk service disk, but has local, test"},
		{name: "settings that are not understood", yml: "local: {service: Disk}\n", current: "app", want: "app/storage"},
		{name: "no application", files: []string{"app/"}, current: "app", refuse: "is not the folder of a Rails application"},
		{name: "a file", files: []string{"app/storage"}, current: "app", refuse: "is not a folder"},
		{name: "given", files: []string{"app/"}, given: "files", current: "app", want: "app/files"},
		{name: "given, and another name", files: []string{"app/"}, yml: storageYML, given: "storage", service: "disk", current: "app", refuse: "has no Disk service disk"},
		{name: "given, in nothing", files: []string{"app/"}, given: "no/where", current: "app", refuse: "there is no folder"},
		{name: "given, and a file", files: []string{"app/file"}, given: "file", current: "app", refuse: "is not a folder"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			write := func(name, text string) {
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if strings.HasSuffix(name, "/") {
					if err := os.MkdirAll(path, 0o700); err != nil {
						t.Fatal(err)
					}
				} else if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, name := range tt.files {
				write(name, "")
			}
			if tt.yml != "" {
				write("app/config/storage.yml", tt.yml)
			}
			service, ofSettings := "local", ""
			if tt.service != "" {
				service = tt.service
			}
			if tt.ofSettings != "" {
				ofSettings = filepath.Join(dir, tt.ofSettings)
			}
			got, err := findStorage(tt.given, service, filepath.Join(dir, tt.current), ofSettings)
			if tt.refuse != "" {
				if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), tt.refuse) {
					t.Errorf("got %v", err)
				}
				return
			}
			if want := filepath.Join(dir, tt.want); err != nil || got != want {
				t.Errorf("got %s, %v; want %s", got, err, want)
			}
		})
	}
}
