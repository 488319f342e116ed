package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/joho/godotenv"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/libpq"
)

// dotenvFiles returns the files that dotenv-rails reads in development, highest
// precedence first.
func dotenvFiles() []string {
	return []string{".env.development.local", ".env.local", ".env.development", ".env"}
}

// applicationNames returns the application's variables for its database, and the libpq
// keyword of each.
func applicationNames() map[string]string {
	return map[string]string{"PG_HOST": "host", "PG_USERNAME": "user", "PG_PASSWORD": "password"}
}

// EnvironmentNames returns the variables that name the environment, such as production.
func EnvironmentNames() []string { return []string{"RAILS_ENV", "RACK_ENV", "APP_ENV"} }

// awsNames returns the variables with AWS credentials. It omits the endpoint, which would
// receive dumps.
func awsNames() []string {
	return []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"}
}

// isRelevant reports whether hectl uses a variable from a .env file. hectl ignores all
// others. libpq's variables count because dotenv adds them to the application's
// environment, where libpq reads them.
func isRelevant(name string) bool {
	return applicationNames()[name] != "" || slices.Contains(EnvironmentNames(), name) ||
		slices.Contains(libpq.Variables(), name) || slices.Contains(awsNames(), name)
}

// variable is a variable from a .env file.
type variable struct {
	text   string
	origin string // such as "PG_HOST in .env"
	path   string // path of the file, without symbolic links
	err    error  // why it cannot be used; does not quote the file
}

// DotenvFile is a .env file and the variables that hectl uses from it.
type DotenvFile struct {
	Path  string
	Names []string // sorted; without values, which may be secrets
}

// dotenv is the content of the .env files.
type dotenv struct {
	variables map[string]variable // relevant variables
	files     []DotenvFile        // highest precedence first
}

// dotenv reads the application's .env files. It reads them only once, so that the
// approved text is the text in use.
func (s *Sources) dotenv() dotenv {
	s.readDotenv.Do(func() { s.fromDotenv = s.loadDotenv() })
	return s.fromDotenv
}

func (s *Sources) loadDotenv() dotenv {
	d := dotenv{variables: map[string]variable{}}
	dir := s.applicationDir()
	if dir == "" {
		return d
	}
	all := map[string]string{} // variables of the files so far, for references
	known := func(name string) (string, bool) {
		if v := s.env[name]; v != "" {
			return v, true
		}
		v, ok := all[name]
		return v, ok
	}
	for _, name := range dotenvFiles() {
		d.add(s, filepath.Join(dir, name), all, known)
	}
	return d
}

// add reads one file and adds all of its variables to all.
func (d *dotenv) add(s *Sources, path string, all map[string]string, known func(name string) (string, bool)) {
	target, text, wrong := readDotenvFile(path)
	if wrong == nil && text == "" {
		return
	}
	label := path
	if filepath.Dir(path) == s.dir {
		label = filepath.Base(path)
	}
	file := DotenvFile{Path: path}
	for name, a := range lastAssignments(text, known) {
		if _, ok := all[name]; !ok {
			all[name] = a.text
		}
		if _, ok := d.variables[name]; ok || !isRelevant(name) || a.text == "" && slices.Contains(EnvironmentNames(), name) {
			continue // RAILS_ENV= leaves the environment open: the next file may name production
		}
		v := variable{text: a.text, origin: name + " in " + label, path: target}
		if a.err != nil {
			v.err = fault.New(fault.Usage, dotenvAdvice(a.err, name), "read %s: line %d: the value of %s cannot be read: %w", path, a.line, name, a.err)
		} else if a.text != "" || applicationNames()[name] != "" {
			v.err = s.checkTrusted(target, "the application's settings")
		}
		d.variables[name] = v
		file.Names = append(file.Names, name)
	}
	if wrong != nil { // the unreadable file may set any of these
		for name := range applicationNames() {
			if _, ok := d.variables[name]; !ok {
				d.variables[name] = variable{err: wrong}
			}
		}
	}
	slices.Sort(file.Names)
	d.files = append(d.files, file)
}

func dotenvAdvice(err error, name string) string {
	switch {
	case errors.Is(err, errTooLong):
		return "write the value itself"
	case errors.Is(err, errCommand):
		return "write the value itself, or set " + name + " in the environment; a literal $( is written \\$("
	}
	return "add the closing quote"
}

// maxDotenv and maxFile are the largest .env file and hectl.yml, in bytes. A file that
// comes with a repository must not fill the memory.
const (
	maxDotenv = 256 << 10
	maxFile   = 1 << 20
)

// readDotenvFile reads a file. target is its path without symbolic links. The text is
// empty if path is not a file (it may be the folder of a Python environment) or cannot be
// opened.
func readDotenvFile(path string) (target, text string, err error) {
	target, err = filepath.EvalSymlinks(path)
	if err != nil {
		return "", "", nil //nolint:nilerr // there is nothing to read
	}
	info, err := os.Stat(target)
	if err != nil || !info.Mode().IsRegular() {
		return "", "", nil //nolint:nilerr // there is nothing to read
	}
	content, err := ReadFile(target, maxDotenv)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return "", "", nil
	}
	if err != nil {
		return target, "", fault.New(fault.Usage, "", "read the application's settings: %w", err)
	}
	return target, string(trimBOM(content)), nil
}

// ReadFile reads a file of up to limit bytes. A pipe or a device is an error, because it
// may never end.
func ReadFile(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	return readAtMost(f, path, limit)
}

// readAtMost reads r, the file at path, to its end. More than limit bytes are an error.
func readAtMost(r io.Reader, path string, limit int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(content)) > limit {
		return nil, fmt.Errorf("%s is larger than %d KB", path, limit>>10)
	}
	return content, err
}

// applicationDir returns the folder whose .env files apply: the folder of hectl.yml, or
// the nearest folder, from the current one upwards, that looks like an application. It
// returns "" if there is none.
func (s *Sources) applicationDir() string {
	if s.dir == "" {
		return ""
	}
	if s.found != "" && hasDotenv(s.found) {
		return s.found
	}
	home := s.env["HOME"]
	for dir := s.dir; ; dir = filepath.Dir(dir) {
		switch {
		case dir == s.found, dir != s.dir && same(dir, home):
			return ""
		case hasDotenv(dir), exists(filepath.Join(dir, "config", "database.yml")):
			return dir
		case exists(filepath.Join(dir, ".git")), filepath.Dir(dir) == dir:
			return ""
		}
	}
}

// hasDotenv reports whether a folder has one of the .env files.
func hasDotenv(dir string) bool {
	return slices.ContainsFunc(dotenvFiles(), func(name string) bool {
		info, err := os.Stat(filepath.Join(dir, name))
		return err == nil && info.Mode().IsRegular()
	})
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// same reports whether two paths name the same folder.
func same(a, b string) bool {
	if b == "" || a == b {
		return a == b
	}
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// Dotenv returns the .env files in use, highest precedence first.
func (s *Sources) Dotenv() []DotenvFile { return s.dotenv().files }

// application returns a variable as the application sees it: from the environment, else
// from a .env file. An empty variable is treated as unset. mentioned reports whether it
// is set in the environment or occurs in a .env file.
func (s *Sources) application(name string) (v Value, mentioned bool, err error) {
	if text := s.env[name]; text != "" {
		return Value{text, name}, true, nil
	}
	of, ok := s.dotenv().variables[name]
	return Value{of.text, of.origin}, ok, of.err
}

// LookupApplication is like Lookup, but also finds RAILS_ENV, RACK_ENV and APP_ENV in
// .env files if the environment does not set them. Target returns the error of a variable
// that cannot be used.
func (s *Sources) LookupApplication(name string) (string, bool) {
	if v, ok := s.env[name]; ok && v != "" || !slices.Contains(EnvironmentNames(), name) {
		return v, ok
	}
	v, ok := s.dotenv().variables[name]
	return v.text, ok && v.err == nil
}

// ApplicationOrigin returns the place where LookupApplication finds a variable, such as
// "RAILS_ENV in .env".
func (s *Sources) ApplicationOrigin(name string) string {
	if v, ok := s.dotenv().variables[name]; s.env[name] == "" && ok {
		return v.origin
	}
	return name
}

// ReadEnvFile reads a file of variables, such as the EnvironmentFile= of a systemd unit.
// Its errors do not quote the file.
func ReadEnvFile(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.New(fault.Usage, "", "read the variables: %w", err)
	}
	env, err := godotenv.UnmarshalBytes(trimBOM(text))
	if err != nil {
		return nil, fault.New(fault.Usage, "write each variable as NAME=value on its own line", "read %s: not a file of variables", path)
	}
	return env, nil
}

// dotenvName returns the variable in an origin such as "PG_HOST in .env", "" for any
// other origin.
func dotenvName(origin string) string {
	name, _, ok := strings.Cut(origin, " in ")
	if !ok || !isRelevant(name) {
		return ""
	}
	return name
}
