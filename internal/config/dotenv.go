package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/joho/godotenv"

	"github.com/rubyforgood/hectl/internal/fault"
)

// dotenvNames are the variables that are taken from .env: where the target is, and
// what kind of environment the application runs in.
func dotenvNames() []string {
	return append([]string{"PG_HOST", "PG_USERNAME", "PG_PASSWORD"}, environmentNames()...)
}

// environmentNames are the variables that say what kind of environment it is.
func environmentNames() []string { return []string{"RAILS_ENV", "RACK_ENV", "APP_ENV"} }

// dotenv reads the application's .env, of which only dotenvNames are ever used.
// What is not a file, such as the folder of a Python environment, is no .env. A
// file that says something for hectl, and that another user could have written, is
// an error. No error quotes the file, which holds secrets.
func (s *Sources) dotenv() (map[string]string, error) {
	if s.dir == "" {
		return nil, nil
	}
	path, err := filepath.EvalSymlinks(filepath.Join(s.dir, ".env"))
	if err != nil {
		return nil, nil //nolint:nilerr // there is nothing that can be read
	}
	env, err := readDotenv(path)
	if err != nil {
		return nil, err
	}
	for _, name := range dotenvNames() {
		if env[name] != "" {
			return env, s.checkTrusted(path, "the application's settings")
		}
	}
	return env, nil
}

// readDotenv reads the file at path.
func readDotenv(path string) (map[string]string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil, nil //nolint:nilerr // there is nothing that can be read
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.New(fault.Usage, "", "read the application's settings: %w", err)
	}
	text = trimBOM(text)
	if env, err := godotenv.UnmarshalBytes(text); err == nil {
		return env, nil
	}
	return readLines(path, string(text))
}

var ourLine = regexp.MustCompile(`^\s*(?:export\s+)?(PG_HOST|PG_USERNAME|PG_PASSWORD|RAILS_ENV|RACK_ENV|APP_ENV)\s*[=:]`)

// readLines takes the lines that make sense by themselves from a file that does
// not as a whole. Of the others, only those that hectl needs are errors.
func readLines(path, text string) (map[string]string, error) {
	var good strings.Builder
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n") + "\n"
		if _, err := godotenv.Unmarshal(line); err == nil {
			good.WriteString(line)
		} else if ours := ourLine.FindStringSubmatch(line); ours != nil {
			return nil, fault.New(fault.Usage, "does its value lack a closing quote?", "read %s: line %d: the value of %s cannot be read", path, n, ours[1])
		}
	}
	env, err := godotenv.Unmarshal(good.String())
	if err != nil {
		return nil, fault.New(fault.Usage, "write each as NAME=value, on a line of its own", "read %s: its lines cannot be read", path)
	}
	return env, nil
}

// LookupApplication is Lookup as the application sees it: RAILS_ENV, RACK_ENV and
// APP_ENV also count where .env sets them and the environment does not. A .env that
// cannot be read is an error of Target.
func (s *Sources) LookupApplication(name string) (string, bool) {
	if v, ok := s.env[name]; ok && v != "" || !slices.Contains(environmentNames(), name) {
		return v, ok
	}
	dotenv, err := s.dotenv()
	v, ok := dotenv[name]
	return v, ok && err == nil
}

// ReadEnvFile reads a file of variables, such as the EnvironmentFile= of a systemd
// unit. No error quotes it.
func ReadEnvFile(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.New(fault.Usage, "", "read the variables: %w", err)
	}
	env, err := godotenv.UnmarshalBytes(trimBOM(text))
	if err != nil {
		return nil, fault.New(fault.Usage, "write each as NAME=value, on a line of its own", "read %s: its lines cannot be read", path)
	}
	return env, nil
}
