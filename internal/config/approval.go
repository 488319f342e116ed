package config

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
)

// ConfirmSeed is like Confirm, for creating the file set with SetSeed.
func (s *Sources) ConfirmSeed() error {
	if s.seed == "" {
		return nil
	}
	if _, err := os.Lstat(s.seed); err == nil {
		return nil // an existing file is only read
	}
	return s.Confirm(s.path, "mask.seed")
}

// OnUnapproved sets the function that asks the user to approve claims. Its argument
// changed is true if the user approved an earlier version of the file.
func (s *Sources) OnUnapproved(ask func(path string, claims []Claim, changed bool) bool) {
	s.ask = ask
}

// Confirm returns an error if origin is the settings file and the user has not approved
// that file. key is the setting that is about to be used.
func (s *Sources) Confirm(origin, key string) error {
	if s.path == "" || origin != s.path {
		return nil
	}
	return s.confirm(s.settingsFile(), key)
}

// ConfirmPrograms is like Confirm, for the folder of the client tools. It also refuses
// tools that another user could have replaced.
func (s *Sources) ConfirmPrograms(bin Value) error {
	if err := s.Confirm(bin.Origin, "pg_bin"); err != nil || s.path == "" || bin.Origin != s.path {
		return err
	}
	return s.checkPrograms()
}

// checkPrograms refuses client tools that another user could have replaced.
func (s *Sources) checkPrograms() error {
	bin := s.file.PGBin
	if bin == "" {
		return nil
	}
	return s.checkNamed("pg_bin", bin, filepath.Join(bin, "pg_dump"), filepath.Join(bin, "pg_restore"))
}

// ConfirmSQL is like Confirm, for the files of SetSQL. It also refuses files that another
// user could have written.
func (s *Sources) ConfirmSQL() error {
	return s.confirmUsed("mask.after", len(s.sql), s.checkSQL)
}

// checkSQL refuses SQL files that another user could have written.
func (s *Sources) checkSQL() error { return s.checkNamed("mask.after", s.sql...) }

// checkNamed is like checkTrusted, for the files that a key of hectl.yml names. It
// accepts a missing file, which is reported on use, and follows links.
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

// confirmDotenv is like Confirm, for the variables from .env files that the connection to
// d uses. keywords are the libpq keywords of its text.
func (s *Sources) confirmDotenv(d Database, keywords map[string]string) error {
	for _, c := range s.dotenvClaimants() {
		for _, claim := range c.claims {
			name, _, _ := strings.Cut(claim.Key, " ")
			v := s.dotenv().variables[name]
			used, _ := d.Variable(keywords, name)
			if host := d.params(keywords)["host"]; name == "PG_HOST" || name == "PGHOST" && host.Text != "" {
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

// ConfirmDatabase is like Confirm, for a database. A database on this machine needs no
// approval. keywords are the libpq keywords of its text.
func (s *Sources) ConfirmDatabase(d Database, keywords map[string]string) error {
	if err := s.confirmDotenv(d, keywords); err != nil {
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

// confirm returns an error unless the user has approved the claims of c or does so when
// asked.
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
	state := "it names " + describe(name) + " that you have not approved"
	if known {
		state = "it, or a file that it names, changed after you approved it"
	}
	return fault.New(fault.Usage, `run "hectl allow"`, "use %s of %s: %s", name, c.path, state)
}

// IsApproved reports whether the user has approved every claim.
func (s *Sources) IsApproved() bool {
	return !slices.ContainsFunc(s.claimants(), func(c claimant) bool {
		sum, known := s.approval(c)
		return !known || sum != c.sum() || c.wrong() != nil
	})
}

// Allow records the user's approval of every claim and returns the paths of the files with
// claims. A file that the next run would refuse despite the approval is an error.
func (s *Sources) Allow() (paths []string, err error) { return s.allowAll(s.claimants()) }

// AllowSettings is like Allow, for hectl.yml alone.
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

// Revoke removes the approvals and returns the paths of the files.
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

// approvalFile returns the file with the approval of c, in the user's configuration
// folder.
func (s *Sources) approvalFile(c claimant) (string, error) {
	dir := s.env["XDG_CONFIG_HOME"]
	if !filepath.IsAbs(dir) {
		home := s.env["HOME"]
		if !filepath.IsAbs(home) {
			return "", fault.New(fault.Usage, "set HOME or XDG_CONFIG_HOME", "approve %s: no folder to store approvals in", c.path)
		}
		dir = configDir(home)
	}
	sum := sha256.Sum256([]byte(c.path))
	return filepath.Join(dir, "hectl", "allowed", hex.EncodeToString(sum[:])), nil
}

// approval returns the approved checksum of c. It ignores an approval that another user
// could have written.
func (s *Sources) approval(c claimant) (sum string, ok bool) {
	path, err := s.approvalFile(c)
	if err != nil || s.checkApproval(path) != nil {
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
		return fmt.Errorf("check the approval: %w", err)
	}
	return s.checkTrusted(path, "approval")
}

// allow writes an approval: the checksum, and the path of the approved file.
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
		return fmt.Errorf("approve %s: hectl would ignore the approval: %w", c.path, err)
	}
	if sum, known := s.approval(c); !known || sum != c.sum() {
		return fmt.Errorf("approve %s: it cannot be read back from %s", c.path, path)
	}
	return nil
}

// configDir is like os.UserConfigDir, for a given home folder.
func configDir(home string) string {
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Application Support")
	}
	return filepath.Join(home, ".config")
}
