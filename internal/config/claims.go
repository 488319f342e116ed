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
	"github.com/rubyforgood/hectl/internal/libpq"
)

// A file that comes with a repository may be hostile. Its settings take effect, except for
// those that run code or send data elsewhere. Those need the user's approval, which is
// stored in the user's configuration folder, one file per settings file. The environment
// and flags come from the user and need none.

// Claim is a setting in hectl.yml or .env that needs the user's approval.
type Claim struct {
	Key  string `json:"key"`
	Text string `json:"value"` // value without secrets

	content string // approved content
	err     error  // why it cannot be approved
}

// describe returns a noun phrase for the setting of a key, for a message.
func describe(key string) string {
	switch key {
	case "pg_bin":
		return "a program"
	case "mask.after", "after":
		return "SQL"
	case "after_restore":
		return "a command"
	case "mask.seed":
		return "a file to create"
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

// claimant is a file with claims.
type claimant struct {
	path   string // path without symbolic links
	claims []Claim
}

// Claims returns the claims of hectl.yml and the .env files, in a fixed order.
func (s *Sources) Claims() []Claim {
	claims := slices.Concat([]Claim{}, s.settingsFile().claims)
	for _, c := range s.dotenvClaimants() {
		claims = append(claims, c.claims...)
	}
	return claims
}

// settingsFile returns hectl.yml and its claims.
func (s *Sources) settingsFile() claimant {
	var claims []Claim
	add := func(key, text string) {
		if text != "" {
			claims = append(claims, Claim{Key: key, Text: display(key, text), content: text})
		}
	}
	f := s.file
	add("bucket", f.Bucket)
	add("masked_bucket", f.MaskedBucket)
	add("endpoint_url", f.EndpointURL)
	if !s.onThisMachine(f.Source) {
		add("source", f.Source)
	}
	if !s.onThisMachine(f.Target) {
		add("target", f.Target)
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

// dotenvClaimants returns the .env files with claims: the variables that can lead the
// connection to another server or to a file. Variables that the environment or another
// file overrides need no approval.
func (s *Sources) dotenvClaimants() []claimant {
	var all []claimant
	for _, name := range slices.Sorted(maps.Keys(s.dotenv().variables)) {
		v := s.dotenv().variables[name]
		if v.err != nil || !leadsAway(name, v.text) { // Target returns the error
			continue
		}
		_, file, _ := strings.Cut(v.origin, " in ")
		claim := Claim{Key: name + " in " + filepath.Base(file), Text: fault.Redact(v.text), content: v.text}
		i := slices.IndexFunc(all, func(c claimant) bool { return c.path == v.path })
		if i < 0 {
			all = append(all, claimant{path: v.path})
			i = len(all) - 1
		}
		all[i].claims = append(all[i].claims, claim)
	}
	return all
}

// leadsAway reports whether a variable from a .env file can lead the connection to a file
// or to a server other than this machine, or weaken the check of the server's identity.
// Every variable of libpq that is not listed here can.
func leadsAway(name, text string) bool {
	switch name {
	case "PG_HOST", "PGHOST":
		return !isThisMachine(text)
	case "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGCONNECT_TIMEOUT", "PGAPPNAME":
		return false
	}
	return text != "" && slices.Contains(libpq.Variables(), name)
}

// display returns a value without secrets. A malformed database may have its password
// anywhere.
func display(key, text string) string {
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

// tooLarge refuses a file that is too large to read in every run.
func tooLarge(path, key string) error {
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() > maxProgramBytes {
		return fault.New(fault.Usage, "", "approve %s: %s is larger than %d MB", key, path, maxProgramBytes>>20)
	}
	return nil
}

// fileSum returns the checksum of a file, "none" if it cannot be read or is too large.
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

// SetDatabaseParser sets the parser for the text of a database. It must be the parser of
// the connection: two parsers could see two different servers.
func (s *Sources) SetDatabaseParser(parse func(text string) (map[string]string, error)) {
	s.parseDatabase = parse
}

// onThisMachine reports whether the text of a database names only a server on this
// machine, and nothing else, such as a password file.
func (s *Sources) onThisMachine(text string) bool {
	if plainName.MatchString(text) {
		return true
	}
	if s.parseDatabase == nil {
		return false
	}
	keywords, err := s.parseDatabase(text)
	if err != nil {
		return false
	}
	for keyword := range keywords {
		if !slices.Contains([]string{"host", "port", "dbname", "user", "password"}, keyword) {
			return false
		}
	}
	return isThisMachine(keywords["host"])
}

func isThisMachine(host string) bool {
	return slices.Contains([]string{"", "localhost", "127.0.0.1", "::1"}, host)
}

// SetSQL sets the SQL files that the masking rules name.
func (s *Sources) SetSQL(paths []string) { s.sql = paths }

// SetSeed sets the seed file that the masking rules name, which hectl creates if it does
// not exist. The path in the documentation needs no approval.
func (s *Sources) SetSeed(path string) {
	home, _ := s.Lookup("HOME")
	if rest, ok := strings.CutPrefix(path, "~/"); ok && home != "" {
		path = filepath.Join(home, rest)
	}
	if s.seed = path; home != "" && path == filepath.Join(home, ".config", "hectl", "seed") {
		s.seed = ""
	}
}

// wrong returns the reason why c cannot be approved, nil for none.
func (c claimant) wrong() error {
	for _, claim := range c.claims {
		if claim.err != nil {
			return claim.err
		}
	}
	return nil
}

// sum returns the checksum of the approved content.
func (c claimant) sum() string {
	var all [][2]string
	for _, claim := range c.claims {
		all = append(all, [2]string{claim.Key, claim.content})
	}
	text, err := json.Marshal(all)
	if err != nil {
		return "" // strings can always be encoded as JSON
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// claimants returns the files with claims.
func (s *Sources) claimants() []claimant {
	return slices.DeleteFunc(append([]claimant{s.settingsFile()}, s.dotenvClaimants()...), func(c claimant) bool {
		return c.path == "" || len(c.claims) == 0
	})
}
