package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
)

// A file that comes with a repository may be a stranger's. What it says takes
// effect, except for what runs code or sends data elsewhere: that needs the user's
// approval, which is kept in the user's config folder, one file per settings file.
// Values of the environment and of flags are the user's own.

// Claim is something in hectl.yml, or in .env, that needs the user's approval.
type Claim struct {
	Key  string `json:"key"`
	Text string `json:"value"` // without secrets

	content string // what the approval holds for
	err     error  // why it cannot be approved
}

// about says what a key can do.
func about(key string) string {
	switch key {
	case "pg_bin":
		return "a program"
	case "mask.after", "after":
		return "SQL"
	case "after_restore":
		return "a command"
	case "mask.seed":
		return "a file to make"
	case "endpoint_url":
		return "an S3 server"
	case "notify":
		return "a notification URL"
	case "bucket", "masked_bucket":
		return "a bucket to write to or restore from"
	case "source", "target", "PG_HOST", "PGHOST":
	default:
		return "a file, a service or an option of the connection"
	}
	return "a server other than this machine"
}

// claimant is a file, and what in it needs approval.
type claimant struct {
	path   string // without symbolic links
	claims []Claim
}

// Claims returns what needs approval in the files that were read, in a fixed order.
func (s *Sources) Claims() []Claim {
	claims := slices.Concat([]Claim{}, s.settingsFile().claims)
	for _, c := range s.dotenvClaimants() {
		claims = append(claims, c.claims...)
	}
	return claims
}

// settingsFile is hectl.yml, and what in it needs approval.
func (s *Sources) settingsFile() claimant {
	var claims []Claim
	add := func(key, text string) {
		if text != "" {
			claims = append(claims, Claim{Key: key, Text: shown(key, text), content: text})
		}
	}
	f := s.file
	add("bucket", f.Bucket)
	add("masked_bucket", f.MaskedBucket)
	add("endpoint_url", f.EndpointURL)
	for _, key := range []string{"source", "target"} {
		text := f.Source
		if key == "target" {
			text = f.Target
		}
		if !s.onThisMachine(text) {
			add(key, text)
		}
	}
	if f.PGBin != "" {
		content, err := s.programs(f.PGBin)
		claims = append(claims, Claim{"pg_bin", f.PGBin, content, err})
	}
	for _, text := range f.Notify {
		add("notify", text)
	}
	for _, path := range s.sql {
		claims = append(claims, Claim{Key: "mask.after", Text: path, content: path + "\n" + fileSum(path), err: tooLarge(path, "mask.after")})
	}
	add("mask.seed", s.seed)
	claims = append(claims, s.afterClaims()...)
	return claimant{s.path, claims}
}

// dotenvClaimants are the .env files in which something needs approval: whatever
// may lead the connection to another server, or to a file. Variables that another
// file or itself replaces are in no effect, and need none.
func (s *Sources) dotenvClaimants() []claimant {
	var all []claimant
	for _, name := range slices.Sorted(maps.Keys(s.dotenv().variables)) {
		v := s.dotenv().variables[name]
		if v.err != nil || !leadsAway(name, v.text) { // an error is one of Target
			continue
		}
		claim := Claim{Key: dotenvKey(name, v), Text: fault.Redact(v.text), content: v.text}
		i := slices.IndexFunc(all, func(c claimant) bool { return c.path == v.path })
		if i < 0 {
			all = append(all, claimant{path: v.path})
			i = len(all) - 1
		}
		all[i].claims = append(all[i].claims, claim)
	}
	return all
}

// dotenvKey is the key of a claim.
func dotenvKey(name string, v variable) string {
	_, file, _ := strings.Cut(v.origin, " in ")
	return name + " in " + filepath.Base(file)
}

// leadsAway reports whether a variable of a .env file may lead the connection to
// another server than one on this machine, or to a file, or change how the server
// is known. Of libpq's variables all others do.
func leadsAway(name, text string) bool {
	switch name {
	case "PG_HOST", "PGHOST":
		return !isThisMachine(text)
	case "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGCONNECT_TIMEOUT", "PGAPPNAME":
		return false
	}
	return text != "" && slices.Contains(libpqNames(), name)
}

// shown is a value without secrets. A database that is written wrongly may have its
// password in any place.
func shown(key, text string) string {
	switch key {
	case "notify":
		return fault.RedactURL(text)
	case "endpoint_url":
		return fault.RedactEndpoint(text)
	}
	if fault.HasPassword(text) && fault.Redact(text) == text {
		return fault.Quote(text)
	}
	return fault.Redact(text)
}

// tooLarge refuses a file of which every run would have to read too much.
func tooLarge(path, key string) error {
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() > maxProgramBytes {
		return fault.New(fault.Usage, "", "approve %s: %s has more than %d MB", key, path, maxProgramBytes>>20)
	}
	return nil
}

// fileSum is a checksum of a file, "none" for one that cannot be read or is too large.
func fileSum(path string) string {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || info.Size() > maxProgramBytes {
		return "none"
	}
	f, err := os.Open(path)
	if err != nil {
		return "none"
	}
	defer f.Close() //nolint:errcheck // it was only read
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "none"
	}
	return hex.EncodeToString(sum.Sum(nil))
}

var plainName = regexp.MustCompile(`^[\pL\pN_. -]*$`)

// ReadsDatabases sets how the text of a database is read: as the connection will
// read it, since two readings could see two servers.
func (s *Sources) ReadsDatabases(parse func(text string) (map[string]string, error)) {
	s.parseDatabase = parse
}

// onThisMachine reports whether a database's text certainly names a server on
// this machine and nothing else, such as a file with a password.
func (s *Sources) onThisMachine(text string) bool {
	if plainName.MatchString(text) {
		return true
	}
	if s.parseDatabase == nil {
		return false
	}
	said, err := s.parseDatabase(text)
	if err != nil {
		return false
	}
	for keyword := range said {
		if !slices.Contains([]string{"host", "port", "dbname", "user", "password"}, keyword) {
			return false
		}
	}
	return isThisMachine(said["host"])
}

func isThisMachine(host string) bool {
	return slices.Contains([]string{"", "localhost", "127.0.0.1", "::1"}, host)
}

// RunsSQL notes the files with SQL that the rules for masking name.
func (s *Sources) RunsSQL(paths []string) { s.sql = paths }

// MakesSeed notes the file of the seed that the rules for masking name, which hectl
// makes if it is not there. The place that the docs name needs no approval.
func (s *Sources) MakesSeed(path string) {
	home, _ := s.Lookup("HOME")
	if rest, ok := strings.CutPrefix(path, "~/"); ok && home != "" {
		path = filepath.Join(home, rest)
	}
	if s.seed = path; home != "" && path == filepath.Join(home, ".config", "hectl", "seed") {
		s.seed = ""
	}
}

// wrong returns why it cannot be approved.
func (c claimant) wrong() error {
	for _, claim := range c.claims {
		if claim.err != nil {
			return claim.err
		}
	}
	return nil
}

// sum identifies what is approved.
func (c claimant) sum() string {
	var all [][2]string
	for _, claim := range c.claims {
		all = append(all, [2]string{claim.Key, claim.content})
	}
	text, err := json.Marshal(all)
	if err != nil {
		return "" // strings always have a JSON
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// claimants are the files in which something needs approval.
func (s *Sources) claimants() []claimant {
	return slices.DeleteFunc(append([]claimant{s.settingsFile()}, s.dotenvClaimants()...), func(c claimant) bool {
		return c.path == "" || len(c.claims) == 0
	})
}
