package projectfiles

import (
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/config"
)

// Project is the folder of an application.
type Project struct {
	Dir string
	// Variables returns the variables from the .env files in dir, or of the named files.
	// The environment overrides them.
	Variables func(dir string, files ...string) map[string]config.Value
}

// Part is one part of the address of a database. An empty Text means that no file sets it.
type Part struct {
	config.Value
	Variable string // variable that sets it; "" for none
}

// Database is a database that the files of the project name.
type Database struct {
	Name, Host, Port, User Part

	Origin string   // file, with the environment or service in it
	Also   []string // other files that name the same database
	Reason string   // why it must not be proposed; "" for none
}

// newDatabase returns the database with the values of expressions. If the host or the
// port is unknown, a proposal could name the wrong server.
func newDatabase(origin string, name, host, port, user value) Database {
	d := Database{Name: name.part(), Host: host.part(), Port: port.part(), User: user.part(), Origin: origin}
	switch {
	case host.state == unknown:
		d.Reason = "its host depends on code, which hectl does not run"
	case port.state == unknown:
		d.Reason = "its port depends on code, which hectl does not run"
	}
	return d
}

// maxSize is the largest file to read, in bytes.
const maxSize = 128 << 10

// maxText is the largest part of an address, in bytes. References to variables could
// multiply the length of a value.
const maxText = 4 << 10

// Find returns the development databases that the project's files name, most reliable
// file first. A database that looks like production has a Reason.
func Find(p Project) []Database {
	services := p.composeServices()
	var all []Database
	for _, find := range []func() []Database{p.rails, p.django, p.laravel, p.prisma, p.databaseURL} {
		for _, d := range find() {
			d.useHostPort(services)
			all = append(all, d)
		}
	}
	for _, s := range services {
		all = append(all, s.Database)
	}
	for _, d := range p.dotenv(len(services) > 0) {
		d.useHostPort(services)
		// The file that reads these variables describes the same database in more detail.
		if !slices.ContainsFunc(all, func(known Database) bool { return known.Name.Text == d.Name.Text }) {
			all = append(all, d)
		}
	}
	var found []Database
	for _, d := range all {
		if d.Reason == "" {
			d.Reason = d.judge()
		}
		if i := slices.IndexFunc(found, d.same); i >= 0 {
			found[i].Also = append(found[i].Also, d.Origin)
		} else {
			found = append(found, d)
		}
	}
	return found
}

// useHostPort replaces the host name of a Compose service, which only containers can
// resolve, with the published port on this machine.
func (d *Database) useHostPort(services []service) {
	for _, s := range services {
		if d.Host.Text == "" || d.Host.Text != s.name && !slices.Contains(s.aliases, d.Host.Text) {
			continue
		}
		if s.Host.Text == "" {
			d.Reason = fmt.Sprintf("its host %s is a container whose port is not published (%s)", d.Host.Text, s.Origin)
			return
		}
		d.Host, d.Port = s.Host, s.Port
		return
	}
}

// judge returns the reason not to propose a database, "" for none.
func (d Database) judge() string {
	switch name := d.Name.Text; {
	case name == "":
		return "its name depends on code, which hectl does not run"
	case LooksLikeProduction(name):
		return "its name looks like production's"
	case name == "postgres", name == "template0", name == "template1":
		return fmt.Sprintf("%s is a system database", name)
	case LooksLikeProduction(d.Host.Text):
		return "its host looks like production's"
	}
	return ""
}

// same reports whether d and other are the same database, as far as the files show.
func (d Database) same(other Database) bool {
	port := func(p Part) string { return cmp.Or(p.Text, "5432") }
	host := func(h string) string {
		if h == "127.0.0.1" || h == "::1" {
			return "localhost"
		}
		return h
	}
	return d.Name.Text == other.Name.Text && host(d.Host.Text) == host(other.Host.Text) && port(d.Port) == port(other.Port) &&
		(d.User.Text == other.User.Text || d.User.Text == "" || other.User.Text == "")
}

// LooksLikeProduction reports whether a name contains a word for production.
func LooksLikeProduction(name string) bool {
	name = strings.ToLower(name)
	if strings.Contains(name, "production") {
		return true
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return r < 'a' || r > 'z' })
	return slices.ContainsFunc(words, func(word string) bool {
		return word == "prod" || word == "prd" || word == "live"
	})
}

// variables is like Variables, for a folder of the project. The origins include the folder.
func (p Project) variables(dir string, files ...string) map[string]config.Value {
	all := p.Variables(filepath.Join(p.Dir, filepath.FromSlash(dir)), files...)
	if dir == "" || dir == "." {
		return all
	}
	for name, v := range all {
		if file, ok := strings.CutPrefix(v.Origin, name+" in ."); ok {
			v.Origin = name + " in " + dir + "/." + file
			all[name] = v
		}
	}
	return all
}

// read returns the text of a file of the project. It returns false if it is not a file,
// cannot be read or is larger than maxSize.
func (p Project) read(name string) (string, bool) {
	path := filepath.Join(p.Dir, name)
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxSize {
		return "", false
	}
	f, err := os.Open(path)
	if err != nil {
		return "", false
	}
	defer f.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(io.LimitReader(f, maxSize))
	if err != nil {
		return "", false
	}
	return strings.ReplaceAll(strings.TrimPrefix(string(text), "\xef\xbb\xbf"), "\r\n", "\n"), true
}

// glob returns up to 50 files of the project that match one of the patterns, in the order
// of the patterns.
func (p Project) glob(patterns ...string) []string {
	var names []string
	for _, pattern := range patterns {
		found, err := fs.Glob(os.DirFS(p.Dir), pattern)
		if err != nil {
			continue
		}
		for _, name := range found {
			if !slices.Contains(names, name) && len(names) < 50 {
				names = append(names, name)
			}
		}
	}
	return names
}

// at returns the place of a line in the form FILE:LINE.
func at(file string, line int) string { return fmt.Sprintf("%s:%d", filepath.ToSlash(file), line) }
