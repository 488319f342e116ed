package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"github.com/rubyforgood/hectl/internal/fault"
)

// FileName is the name of the settings file.
const FileName = "hectl.yml"

// Value is the text of a setting and its origin: a flag such as "--bucket", a variable
// such as "HECTL_BUCKET", the path of a file, or "default".
type Value struct {
	Text   string
	Origin string
}

// Flags are the settings on the command line, by flag name without dashes. A flag that
// was not given is absent.
type Flags map[string]string

// check refuses an empty flag, which is usually an unset shell variable. With the default
// in its place, hectl could dump or replace the wrong database.
func (f Flags) check() error {
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if strings.TrimSpace(f[name]) == "" {
			return fault.New(fault.Usage, "give it a value, or omit it to use the default", "--%s is empty (an unset variable?)", name)
		}
	}
	return nil
}

// Sources are the places of settings other than the command line.
type Sources struct {
	env   map[string]string
	dir   string // current folder, absolute; "" if no file is read
	file  file
	found string   // folder in which hectl.yml was found; "" for none
	path  string   // path of hectl.yml, without symbolic links; "" for none
	sql   []string // SQL files of the masking rules
	seed  string   // seed file of the masking rules if it needs approval; "" for none
	ask   func(path string, claims []Claim, changed bool) bool

	readDotenv sync.Once
	fromDotenv dotenv

	// parseDatabase parses the text of a database as the connection does.
	parseDatabase func(text string) (map[string]string, error)
	binRelative   bool // pg_bin is relative to the file
}

// file is the content of hectl.yml. The zero value is an empty file.
type file struct {
	Bucket            string  `yaml:"bucket"`
	AttachmentsBucket string  `yaml:"attachments_bucket"`
	MaskedBucket      string  `yaml:"masked_bucket"`
	Region            string  `yaml:"region"`
	EndpointURL       string  `yaml:"endpoint_url"`
	PathStyle         *bool   `yaml:"path_style"`
	Profile           string  `yaml:"profile"`
	Env               string  `yaml:"env"`
	Source            string  `yaml:"source"`
	Target            string  `yaml:"target"`
	PGBin             string  `yaml:"pg_bin"`
	Jobs              *whole  `yaml:"jobs"`
	Keep              keep    `yaml:"keep"`
	Notify            urlList `yaml:"notify"`
	MaxAge            word    `yaml:"max_age"`
	MaxShrink         word    `yaml:"max_shrink"`
	Mask              rawNode `yaml:"mask"`

	Without map[string]leftOut `yaml:"without"`

	KeepRows            nameList `yaml:"keep_rows"`
	Snapshot            bool     `yaml:"snapshot"`
	After               nameList `yaml:"after"`
	AfterRestore        commands `yaml:"after_restore"`
	AfterRestoreTimeout word     `yaml:"after_restore_timeout"`
}

// Environment returns the Sources of environ, which has the form of os.Environ. It reads
// no file.
func Environment(environ []string) *Sources {
	s := &Sources{env: map[string]string{}}
	for _, kv := range environ {
		if k, v, ok := strings.Cut(kv, "="); ok {
			s.env[k] = v
		}
	}
	return s
}

// Load reads hectl.yml from dir or the nearest folder above it that has one. environ has
// the form of os.Environ. An unknown key or a value of the wrong type is an error with
// line and column. A file that another user could have written or replaced is an error.
// Some keys need approval before they are used; see Confirm.
func Load(dir string, environ []string) (*Sources, error) {
	s := Environment(environ)
	dir, err := filepath.Abs(dir)
	if err != nil {
		return s, fmt.Errorf("find %s: %w", FileName, err)
	}
	s.dir = dir
	path, err := findUpwards(dir, FileName)
	if err != nil || path == "" {
		return s, err
	}
	s.found = filepath.Dir(path)
	// Paths in the file are relative to the folder of the file, not to the folder of a
	// link to it, which another user may have created.
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return nil, fault.New(fault.Usage, "", "read settings: %w", err)
	}
	if s.file, err = s.read(path); err != nil {
		return nil, err
	}
	if bin := s.file.PGBin; bin != "" && !filepath.IsAbs(bin) {
		s.file.PGBin = filepath.Join(filepath.Dir(path), bin)
		s.binRelative = true
	}
	s.path = path
	return s, nil
}

func (s *Sources) read(path string) (file, error) {
	f, err := os.Open(path)
	if err != nil {
		return file{}, fault.New(fault.Usage, "", "read settings: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	info, err := f.Stat()
	if err != nil {
		return file{}, fault.New(fault.Usage, "", "read settings: %w", err)
	}
	if err := checkOwner(path, info, os.Geteuid(), s.env["SUDO_UID"]); err != nil {
		return file{}, err
	}
	if err := s.checkTrusted(path, "settings"); err != nil {
		return file{}, err
	}
	text, err := readAtMost(f, path, maxFile)
	if err != nil {
		return file{}, fault.New(fault.Usage, "", "read settings: %w", err)
	}
	if NestsTooDeeply(string(text)) {
		return file{}, fault.New(fault.Usage, "", "read settings %s: it is nested too deeply", path)
	}
	parsed, err := parse(trimBOM(text))
	if err != nil {
		hint := ""
		if _, ok := errors.AsType[*yaml.UnknownFieldError](err); ok {
			hint = "use one of the keys bucket, region, endpoint_url, path_style, profile, env, source, target, pg_bin, jobs, keep, notify, attachments_bucket, masked_bucket, max_age, max_shrink, without, keep_rows, snapshot, after, after_restore, after_restore_timeout or mask"
		}
		return file{}, fault.New(fault.Usage, hint, "read settings %s: %s", path, yaml.FormatError(err, false, false))
	}
	return parsed, nil
}

func findUpwards(dir, name string) (string, error) {
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

// Dir returns the folder of hectl.yml, "" for none.
func (s *Sources) Dir() string {
	if s.path == "" {
		return ""
	}
	return filepath.Dir(s.path)
}

// Lookup returns an environment variable, as os.LookupEnv does.
func (s *Sources) Lookup(name string) (string, bool) {
	v, ok := s.env[name]
	return v, ok
}
