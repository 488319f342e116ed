package config

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

// AfterRestore returns the commands that run in the folder of hectl.yml after a restore,
// and the time limit of each.
func (s *Sources) AfterRestore() (commands [][]string, limit time.Duration, err error) {
	v := s.first(nil, places{file: string(s.file.AfterRestoreTimeout), fallback: "15m"})
	limit, err = time.ParseDuration(v.Text)
	if err != nil || limit <= 0 {
		return nil, 0, fault.New(fault.Usage, "for example: after_restore_timeout: 30m",
			"after_restore_timeout %s (from %s) is not a duration such as 15m or 1h", fault.Quote(v.Text), v.Origin)
	}
	return s.file.AfterRestore, limit, nil
}

// After returns the paths of the SQL files that run after every restore.
func (s *Sources) After() []string {
	var paths []string
	for _, path := range s.file.After {
		if !filepath.IsAbs(path) {
			path = filepath.Join(s.Dir(), path)
		}
		paths = append(paths, path)
	}
	return paths
}

// ConfirmAfter is like Confirm, for the SQL files of After. It also refuses files that
// another user could have written.
func (s *Sources) ConfirmAfter() error {
	return s.confirmUsed("after", len(s.file.After), s.checkAfter)
}

// confirmUsed is like Confirm, for a key that names files, and then calls check. It does
// nothing if the key has no values.
func (s *Sources) confirmUsed(key string, values int, check func() error) error {
	if values == 0 {
		return nil
	}
	if err := s.Confirm(s.path, key); err != nil {
		return err
	}
	return check()
}

func (s *Sources) checkAfter() error { return s.checkNamed("after", s.After()...) }

// ConfirmCommands is like Confirm, for the commands of AfterRestore. It also refuses
// commands with a file that came with hectl.yml and that another user could have written.
func (s *Sources) ConfirmCommands() error {
	return s.confirmUsed("after_restore", len(s.file.AfterRestore), s.checkCommands)
}

func (s *Sources) checkCommands() error {
	for _, command := range s.file.AfterRestore {
		if err := s.checkNamed("after_restore", s.filesOf(command)...); err != nil {
			return err
		}
	}
	return nil
}

// filesOf returns the files in a command that came with hectl.yml: files in its
// repository, and files whose path is relative to its folder. A program without a slash
// is searched for in PATH, which can also lead into the repository.
func (s *Sources) filesOf(command []string) []string {
	var paths []string
	for i, word := range command {
		if i == 0 && !strings.Contains(word, "/") {
			if word = s.inPath(word); word == "" {
				continue
			}
		}
		path := word
		if !filepath.IsAbs(path) {
			path = filepath.Join(s.Dir(), path)
		}
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		found, err := filepath.EvalSymlinks(path)
		if err == nil && (!filepath.IsAbs(word) || within(s.repository(), path) || within(s.repository(), found)) {
			paths = append(paths, path)
		}
	}
	return paths
}

// inPath returns the path of a program in PATH, "" for none. It ignores relative folders,
// as os/exec does.
func (s *Sources) inPath(name string) string {
	for _, dir := range filepath.SplitList(s.env["PATH"]) {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); filepath.IsAbs(dir) && err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0 {
			return path
		}
	}
	return ""
}

// afterClaims returns the claims of the SQL and the commands that run after a restore.
func (s *Sources) afterClaims() []Claim {
	var claims []Claim
	for _, path := range s.After() {
		claims = append(claims, Claim{Key: "after", Text: path, content: path + "\n" + fileSum(path), err: tooLarge(path, "after")})
	}
	for _, command := range s.file.AfterRestore {
		var wrong error
		of := struct {
			Words []string
			Files map[string]string
		}{command, map[string]string{}}
		for _, path := range s.filesOf(command) {
			of.Files[path] = fileSum(path)
			wrong = cmp.Or(wrong, tooLarge(path, "after_restore"))
		}
		content, err := json.Marshal(of)
		err = cmp.Or(wrong, err)
		claims = append(claims, Claim{Key: "after_restore", Text: CommandLine(command), content: string(content), err: err})
	}
	return claims
}

// CommandLine quotes a command for a shell, without passwords.
func CommandLine(words []string) string {
	var quoted []string
	for _, word := range words {
		quoted = append(quoted, fault.ShellQuote(word))
	}
	return fault.Redact(strings.Join(quoted, " "))
}
