package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/rubyforgood/hectl/internal/fault"
)

// FileName is the name of the settings file.
const FileName = "hectl.yml"

// Value is a setting as text, with the place it came from: a flag such as
// "--bucket", a variable such as "HECTL_BUCKET", the path of a file, or
// "default".
type Value struct {
	Text   string
	Origin string
}

// Flags holds the settings given on the command line, by flag name without
// dashes. A flag that was not given is absent.
type Flags map[string]string

// Sources are the places other than the command line where settings are found.
type Sources struct {
	env  map[string]string
	dir  string // where .env is looked for
	file file
	path string // of hectl.yml; "" when there is none
}

// file is the content of hectl.yml. Its zero value is a file that says nothing.
type file struct {
	Bucket      string `yaml:"bucket"`
	Region      string `yaml:"region"`
	EndpointURL string `yaml:"endpoint_url"`
	PathStyle   *bool  `yaml:"path_style"`
	Profile     string `yaml:"profile"`
	Env         string `yaml:"env"`
	Source      string `yaml:"source"`
	Target      string `yaml:"target"`
	PGBin       string `yaml:"pg_bin"`
	Jobs        *int   `yaml:"jobs"`
}

// Load reads hectl.yml from dir or the nearest folder above it that has one,
// and takes environ in the form of os.Environ. Unknown keys and values of the
// wrong type are errors that name line and column.
func Load(dir string, environ []string) (*Sources, error) {
	s := &Sources{env: map[string]string{}, dir: dir}
	for _, kv := range environ {
		if k, v, ok := strings.Cut(kv, "="); ok {
			s.env[k] = v
		}
	}
	path, err := findUpwards(dir, FileName)
	if err != nil || path == "" {
		return s, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.New(fault.Usage, "", "read settings: %w", err)
	}
	if err := yaml.UnmarshalWithOptions(text, &s.file, yaml.Strict()); err != nil {
		return nil, fault.New(fault.Usage,
			"the keys are bucket, region, endpoint_url, path_style, profile, env, source, target, pg_bin and jobs",
			"read settings %s: %s", path, yaml.FormatError(err, false, false))
	}
	s.path = path
	return s, nil
}

func findUpwards(dir, name string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find %s: %w", name, err)
	}
	for {
		path := filepath.Join(dir, name)
		switch info, err := os.Stat(path); {
		case err == nil && info.Mode().IsRegular():
			return path, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission):
			return "", fmt.Errorf("find %s: %w", name, err)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", nil
		}
		dir = parent
	}
}

// Lookup returns a variable of the environment, as os.LookupEnv does.
func (s *Sources) Lookup(name string) (string, bool) {
	v, ok := s.env[name]
	return v, ok
}

// setting names the places of one value.
type setting struct {
	flag     string
	env      []string
	file     string // the value in hectl.yml
	fallback string
}

// find returns the first value that is given and not empty.
func (s *Sources) find(flags Flags, w setting) Value {
	if v, ok := flags[w.flag]; ok {
		return Value{v, "--" + w.flag}
	}
	for _, name := range w.env {
		if v := s.env[name]; v != "" {
			return Value{v, name}
		}
	}
	if w.file != "" {
		return Value{w.file, s.path}
	}
	return Value{w.fallback, "default"}
}
