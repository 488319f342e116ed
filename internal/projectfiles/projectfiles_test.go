package projectfiles

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/config"
)

// project creates a folder with files. Each file starts with a line "-- NAME --".
func project(t *testing.T, files string) Project {
	t.Helper()
	p := Project{Dir: t.TempDir()}
	for i, part := range strings.Split("\n"+files, "\n-- ") {
		name, text, ok := strings.Cut(part, " --\n")
		if i == 0 || !ok {
			continue
		}
		path := filepath.Join(p.Dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	p.Variables = func(dir string, names ...string) map[string]config.Value {
		if len(names) == 0 {
			names = []string{".env.local", ".env"}
		}
		all := map[string]config.Value{}
		for _, name := range names {
			text, _ := os.ReadFile(filepath.Join(dir, name))
			for line := range strings.Lines(string(text)) {
				if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && all[key].Origin == "" {
					all[key] = config.Value{Text: value, Origin: key + " in " + name}
				}
			}
		}
		return all
	}
	return p
}

// describe returns a line for each database: NAME HOST PORT USER | ORIGIN, and the reason
// not to propose it.
func describe(found []Database) string {
	var b strings.Builder
	or := func(p Part) string {
		if p.Text == "" {
			return "-"
		}
		return p.Text
	}
	for _, d := range found {
		fmt.Fprintf(&b, "%s %s %s %s | %s", or(d.Name), or(d.Host), or(d.Port), or(d.User), d.Origin)
		for _, also := range d.Also {
			b.WriteString(" + " + also)
		}
		if d.Reason != "" {
			b.WriteString(" ! " + d.Reason)
		}
		b.WriteString("\n")
	}
	return strings.TrimSpace(b.String())
}

// finding is a test case of Find: the files of a project, and what Find finds in them.
type finding struct{ name, files, want string }

func checkFind(t *testing.T, cases []finding) {
	t.Helper()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			found := Find(project(t, tt.files))
			if diff := cmp.Diff(tt.want, describe(found)); diff != "" {
				t.Error(diff)
			}
			if all := fmt.Sprintf("%+v", found); strings.Contains(all, "hush") {
				t.Error("a password was taken:", all)
			}
		})
	}
}

func TestFindNothing(t *testing.T) {
	t.Parallel()
	checkFind(t, []finding{
		{"nothing", "", ""},
	})
}

// Each part has the file and line where it was found.
func TestOrigins(t *testing.T) {
	found := Find(project(t, `
-- config/database.yml --
development:
  adapter: postgresql
  # a comment
  database: app_dev
  host: <%= ENV.fetch("DB_HOST", "localhost") %>
  port: <%= ENV["DB_PORT"] || 5432 %>
  username: <%= ENV["DB_USER"] %>
-- .env --
DB_USER=me
`))
	if len(found) != 1 {
		t.Fatal(describe(found))
	}
	d := found[0]
	for part, want := range map[Part]string{
		d.Name: "config/database.yml:4",
		d.Host: "config/database.yml:5 (DB_HOST is not set)",
		d.Port: "config/database.yml:6 (DB_PORT is not set)",
		d.User: "DB_USER in .env",
	} {
		if part.Origin != want {
			t.Errorf("%s: %s, want %s", part.Text, part.Origin, want)
		}
	}
}

func TestLooksLikeProduction(t *testing.T) {
	for name, want := range map[string]bool{
		"app_production": true, "Production": true, "prod": true, "app-prod2": true, "AppProduction": true, "live_app": true,
		"app_dev": false, "products": false, "prodigy_dev": false, "deliveries": false, "": false,
	} {
		if got := LooksLikeProduction(name); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// Hostile files that nest without end are read quickly.
func TestFindEndsSoon(t *testing.T) {
	for _, piece := range []string{"(", "[", "{", "- ", "a: ", "[a, ", "<%= ", "<%= ENV.fetch('X', ", "DATABASES = {", "DATABASES[", "env('X', ", "${X:-", "'", "\\", "&a [*a, "} {
		var files strings.Builder
		for name, before := range map[string]string{
			"config/database.yml":             "development: {database: <%= ",
			"compose.yaml":                    "services: {db: {image: ",
			"a/settings.py":                   "DATABASES = {'default': {'ENGINE': 'postgresql', 'NAME': ",
			"config/database.php":             "<?php return ['connections' => ['pgsql' => ['database' => ",
			"prisma/schema.prisma":            "datasource db { url = ",
			".devcontainer/devcontainer.json": `{"dockerComposeFile": `,
			"b/settings.py":                   "",
			"docker-compose.yml":              "",
		} {
			fmt.Fprintf(&files, "\n-- %s --\n%s%s", name, before, strings.Repeat(piece, (maxSize-len(before)-1)/len(piece)))
		}
		Find(project(t, files.String()))
	}
}

// No text makes Find panic.
func FuzzFind(f *testing.F) {
	f.Add("development: &a\n  database: <%= ENV[\"X\"] || 'y' %>\n  <<: *a\n")
	f.Add("DATABASES = {'default': {'ENGINE': 'postgresql', 'NAME': env('X'")
	f.Add("return ['connections' => ['pgsql' => ['database' => env('X', ")
	f.Add("services: {db: {image: postgres, ports: [\"${X:-5432\"], environment: [X]}}")
	f.Add("datasource db { url = env(")
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		for _, name := range []string{"config/database.yml", "compose.yaml", "a/settings.py", "config/database.php", "prisma/schema.prisma", ".devcontainer/devcontainer.json"} {
			path := filepath.Join(dir, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		Find(Project{Dir: dir, Variables: func(string, ...string) map[string]config.Value {
			return map[string]config.Value{"X": {Text: text, Origin: "X"}}
		}})
	})
}

// References to variables could multiply the length of a value.
func TestFoundTextsStayShort(t *testing.T) {
	long := "A=" + strings.Repeat("x", 1000) + "\n"
	for _, files := range []string{
		"-- .env --\n" + long + "-- compose.yaml --\nservices:\n  db:\n    image: postgres\n    environment:\n      POSTGRES_DB: " + strings.Repeat("$A", 1000) + "\n",
		"-- .env --\n" + long + "-- config/database.yml --\ndevelopment:\n  adapter: postgresql\n  database: " + strings.Repeat("<%= ENV['A'] %>", 1000) + "\n",
	} {
		for _, d := range Find(project(t, files)) {
			if n := len(d.Name.Text); n > maxText {
				t.Errorf("%s: %d bytes", d.Origin, n)
			}
		}
	}
}
