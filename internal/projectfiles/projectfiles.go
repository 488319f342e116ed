package projectfiles

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/config"
)

// Project is a folder with an application in it.
type Project struct {
	Dir string
	// Variables returns the variables of a folder's .env files, or of those that are
	// named. Those of the environment come first.
	Variables func(dir string, files ...string) map[string]config.Value
}

// Part is one part of where a database is. An empty Text means that no file says it.
type Part struct {
	config.Value
	Variable string // that decides it; "" if none does
}

// Database is a database that files of the project name.
type Database struct {
	Name, Host, Port, User Part

	Origin string // the file, and in it the environment or the service
	// Also are other files that say the same.
	Also []string
	// Reason says why it is not to be proposed; "" if it may be.
	Reason string
}

// newDatabase is a database of what expressions say. If only a program could tell the
// server, a proposal would be of another one.
func newDatabase(origin string, name, host, port, user value) Database {
	d := Database{Name: name.part(), Host: host.part(), Port: port.part(), User: user.part(), Origin: origin}
	switch {
	case host.state == unknown:
		d.Reason = "its host cannot be told without running code"
	case port.state == unknown:
		d.Reason = "its port cannot be told without running code"
	}
	return d
}

// maxSize is more than any such file has, in bytes.
const maxSize = 128 << 10

// maxText is longer than any part of a database's place is, in bytes. Variables and
// aliases could make texts grow from use to use.
const maxText = 4 << 10

// Find returns the development databases that the project's files name, the most
// telling file first. What looks like production's has a Reason.
func Find(p Project) []Database {
	services := p.composed()
	var all []Database
	for _, find := range []func() []Database{p.rails, p.django, p.laravel, p.prisma, p.databaseURL} {
		for _, d := range find() {
			d.outside(services)
			all = append(all, d)
		}
	}
	for _, s := range services {
		all = append(all, s.Database)
	}
	for _, d := range p.dotenv(len(services) > 0) {
		d.outside(services)
		// What reads the variables says the same, and mostly more.
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

// outside replaces the name of a Compose service, which only other containers know,
// with the port that the service has on this machine.
func (d *Database) outside(services []service) {
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

// judge returns why a database is not proposed.
func (d Database) judge() string {
	switch name := d.Name.Text; {
	case name == "":
		return "its name cannot be told without running code"
	case LooksLikeProduction(name):
		return "its name looks like production's"
	case name == "postgres", name == "template0", name == "template1":
		return fmt.Sprintf("%s is a system database", name)
	case LooksLikeProduction(d.Host.Text):
		return "its host looks like production's"
	}
	return ""
}

// same reports whether two are one database, as far as the files say.
func (d Database) same(other Database) bool {
	port := func(p string) string {
		if p == "" {
			return "5432"
		}
		return p
	}
	host := func(h string) string {
		if h == "127.0.0.1" || h == "::1" {
			return "localhost"
		}
		return h
	}
	return d.Name.Text == other.Name.Text && host(d.Host.Text) == host(other.Host.Text) && port(d.Port.Text) == port(other.Port.Text) &&
		(d.User.Text == other.User.Text || d.User.Text == "" || other.User.Text == "")
}

// LooksLikeProduction reports whether a name has a word for production in it.
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

// variables are Variables of a folder in the project, whose places name the folder.
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

// read returns the text of a file of the project. What is not a file, or is larger
// than any settings, has none.
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

// glob returns the files of the project that match one of the patterns, in their
// order, and no more than a project has.
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

// at is the place of a line in a file.
func at(file string, line int) string { return fmt.Sprintf("%s:%d", filepath.ToSlash(file), line) }
