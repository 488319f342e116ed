package config

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
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

// ConfirmSeed is Confirm for making the file that MakesSeed was told of.
func (s *Sources) ConfirmSeed() error {
	if s.seed == "" {
		return nil
	}
	if _, err := os.Lstat(s.seed); err == nil {
		return nil // it is only read
	}
	return s.Confirm(s.path, "mask.seed")
}

// OnUnapproved sets who asks the user for approval of the claims. changed reports
// that the user has approved others of the file before.
func (s *Sources) OnUnapproved(ask func(path string, claims []Claim, changed bool) bool) {
	s.ask = ask
}

// Confirm returns an error if origin is the settings file and the user has not
// approved it: key is what is about to be used.
func (s *Sources) Confirm(origin, key string) error {
	if s.path == "" || origin != s.path {
		return nil
	}
	return s.confirm(s.settingsFile(), key)
}

// ConfirmPrograms is Confirm for the folder of the client tools. Those that
// another user could have replaced are refused.
func (s *Sources) ConfirmPrograms(bin Value) error {
	if err := s.Confirm(bin.Origin, "pg_bin"); err != nil || s.path == "" || bin.Origin != s.path {
		return err
	}
	return s.checkPrograms()
}

// checkPrograms refuses programs of the file that another user could have replaced.
func (s *Sources) checkPrograms() error {
	bin := s.file.PGBin
	if bin == "" {
		return nil
	}
	return s.checkNamed("pg_bin", bin, filepath.Join(bin, "pg_dump"), filepath.Join(bin, "pg_restore"))
}

// ConfirmSQL is Confirm for the files that RunsSQL was told of. Those that another
// user could have written are refused.
func (s *Sources) ConfirmSQL() error {
	if len(s.sql) == 0 {
		return nil
	}
	if err := s.Confirm(s.path, "mask.after"); err != nil {
		return err
	}
	return s.checkSQL()
}

// checkSQL refuses SQL files that another user could have written.
func (s *Sources) checkSQL() error { return s.checkNamed("mask.after", s.sql...) }

// checkNamed is checkTrusted for what a key of hectl.yml names. What is not there is no
// danger, and is missed where it is used. A link is as good as what it leads to.
func (s *Sources) checkNamed(key string, paths ...string) error {
	what := key + " in " + s.path + ":"
	for _, path := range paths {
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		path, err := filepath.EvalSymlinks(path)
		if err != nil {
			return fault.New(fault.Usage, "", "%s %w", what, err)
		}
		if err := s.checkTrusted(path, what); err != nil {
			return err
		}
	}
	return nil
}

// confirmDotenv is Confirm for what the connection to d takes from .env files. said
// are the libpq keywords of its text.
func (s *Sources) confirmDotenv(d Database, said map[string]string) error {
	for _, c := range s.dotenvClaimants() {
		for _, claim := range c.claims {
			name, _, _ := strings.Cut(claim.Key, " ")
			v := s.dotenv().variables[name]
			used, _ := d.Variable(said, name)
			if host := d.params(said)["host"]; name == "PG_HOST" || name == "PGHOST" && host.Text != "" {
				used = host
			}
			if used.Origin != v.origin {
				continue
			}
			if err := s.confirm(c, claim.Key); err != nil {
				return err
			}
		}
	}
	return nil
}

// ConfirmDatabase is Confirm for a database, which is fine on this machine. said are
// the libpq keywords of its text.
func (s *Sources) ConfirmDatabase(d Database, said map[string]string) error {
	if err := s.confirmDotenv(d, said); err != nil {
		return err
	}
	if s.path == "" || d.Origin != s.path || s.onThisMachine(d.Text) {
		return nil
	}
	key := "target"
	if d.Text == s.file.Source && d.Text != s.file.Target {
		key = "source"
	}
	return s.Confirm(d.Origin, key)
}

// confirm returns an error unless the user has approved what c claims, or does so
// when asked.
func (s *Sources) confirm(c claimant, key string) error {
	if err := c.wrong(); err != nil {
		return err
	}
	sum, known := s.approval(c)
	if known && sum == c.sum() {
		return nil
	}
	if s.ask != nil && s.ask(c.path, c.claims, known) {
		return s.allow(c)
	}
	name, _, _ := strings.Cut(key, " in ")
	state := "it names " + about(name) + " that you have not approved"
	if known {
		state = "it, or a file that it names, changed after you approved it"
	}
	return fault.New(fault.Usage, `run "hectl allow"`, "use %s of %s: %s", name, c.path, state)
}

// claimants are the files in which something needs approval.
func (s *Sources) claimants() []claimant {
	return slices.DeleteFunc(append([]claimant{s.settingsFile()}, s.dotenvClaimants()...), func(c claimant) bool {
		return c.path == "" || len(c.claims) == 0
	})
}

// Approved reports whether the user has approved whatever needs approval.
func (s *Sources) Approved() bool {
	return !slices.ContainsFunc(s.claimants(), func(c claimant) bool {
		sum, known := s.approval(c)
		return !known || sum != c.sum() || c.wrong() != nil
	})
}

// Allow notes that the user approves what Claims returns, and returns the paths of
// the files that it is in. What the next run would refuse all the same is an error.
func (s *Sources) Allow() (paths []string, err error) { return s.allowAll(s.claimants()) }

// AllowSettings is Allow for hectl.yml alone.
func (s *Sources) AllowSettings() error {
	_, err := s.allowAll(slices.DeleteFunc(s.claimants(), func(c claimant) bool { return c.path != s.path }))
	return err
}

func (s *Sources) allowAll(claimants []claimant) (paths []string, err error) {
	paths = []string{}
	for _, c := range claimants {
		if err := c.wrong(); err != nil {
			return nil, err
		}
	}
	if err := cmp.Or(s.checkPrograms(), s.checkSQL(), s.checkAfter(), s.checkCommands()); err != nil {
		return nil, err
	}
	for _, c := range claimants {
		if err := s.allow(c); err != nil {
			return nil, err
		}
		paths = append(paths, c.path)
	}
	return paths, nil
}

// Revoke forgets the approvals, and returns the paths of the files.
func (s *Sources) Revoke() (paths []string, err error) {
	paths = []string{}
	for _, c := range s.claimants() {
		path, err := s.approvalFile(c)
		if err != nil {
			return nil, err
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("revoke the approval of %s: %w", c.path, err)
		}
		paths = append(paths, c.path)
	}
	return paths, nil
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

// approvalFile is where an approval is kept: below the user's config folder, which
// is found by the environment that hectl was given.
func (s *Sources) approvalFile(c claimant) (string, error) {
	dir := s.env["XDG_CONFIG_HOME"]
	if !filepath.IsAbs(dir) {
		home := s.env["HOME"]
		if !filepath.IsAbs(home) {
			return "", fault.New(fault.Usage, "set HOME or XDG_CONFIG_HOME", "approve %s: there is no folder to keep approvals in", c.path)
		}
		dir = configDir(home)
	}
	sum := sha256.Sum256([]byte(c.path))
	return filepath.Join(dir, "hectl", "allowed", hex.EncodeToString(sum[:])), nil
}

// approval returns the sum that was approved for c, if there is one. One that
// another user could have written counts as none.
func (s *Sources) approval(c claimant) (sum string, ok bool) {
	path, err := s.approvalFile(c)
	if err != nil {
		return "", false
	}
	if s.checkApproval(path) != nil {
		return "", false
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", false
	}
	sum, rest, _ := strings.Cut(string(text), "\n")
	return sum, rest == c.path+"\n"
}

// checkApproval refuses an approval that another user could have written.
func (s *Sources) checkApproval(path string) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return fmt.Errorf("look at the approval: %w", err)
	}
	return s.checkTrusted(path, "approval")
}

// allow notes an approval: the sum, and the path that it is for.
func (s *Sources) allow(c claimant) error {
	path, err := s.approvalFile(c)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("approve %s: %w", c.path, err)
	}
	if err := files.Replace(path, []byte(c.sum()+"\n"+c.path+"\n"), 0o600); err != nil {
		return fmt.Errorf("approve %s: %w", c.path, err)
	}
	if err := s.checkApproval(path); err != nil {
		return fmt.Errorf("approve %s: it would not count: %w", c.path, err)
	}
	if sum, known := s.approval(c); !known || sum != c.sum() {
		return fmt.Errorf("approve %s: it cannot be read back from %s", c.path, path)
	}
	return nil
}
