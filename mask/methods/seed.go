package methods

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
)

// A Seed determines fake data: with the same seed, the same value becomes the same fake
// value. Anyone with the seed can find the value behind a fake one by trying values, so the
// seed is as secret as the data. Printing a Seed does not reveal it. The zero Seed is not
// secret.
type Seed struct {
	key func() [sha256.Size]byte // a function, because fmt would print an array
}

// NewSeed returns the seed for a secret of any length.
func NewSeed(secret []byte) Seed {
	key := sha256.Sum256(secret)
	return Seed{func() [sha256.Size]byte { return key }}
}

// RandomSeed returns a random seed.
func RandomSeed() Seed { return NewSeed(randomSecret()) }

// Fingerprint returns a string that is equal for equal seeds. It does not help to find the
// seed, unless the seed can be guessed.
func (s Seed) Fingerprint() string {
	key := s.key()
	sum := hmac.New(sha256.New, key[:])
	_, _ = sum.Write([]byte("hectl fingerprint of a seed")) // a hash never fails
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

func randomSecret() []byte {
	secret := make([]byte, sha256.Size)
	_, _ = rand.Read(secret) // never fails
	return secret
}

// Sizes of a seed file, in bytes.
const (
	leastSecret = 16
	mostSecret  = 64 << 10
)

// OpenSeed returns the seed for a setting: "" for a random one, or "file:PATH", where a
// leading ~/ means the directory home. If the file does not exist, OpenSeed creates it with
// a random seed, readable only by its owner, and returns its path as created. It refuses a
// file that others can read.
func OpenSeed(setting, home string) (seed Seed, created string, err error) {
	if setting == "" {
		return RandomSeed(), "", nil
	}
	path, err := seedPath(setting, home)
	if err != nil {
		return Seed{}, "", err
	}
	secret, err := readSecret(path)
	if errors.Is(err, fs.ErrNotExist) {
		var made bool
		if made, err = createSecret(path); err == nil {
			if made {
				created = path
			}
			secret, err = readSecret(path)
		}
	}
	if err != nil {
		return Seed{}, "", unusable(path, err)
	}
	return NewSeed(secret), created, nil
}

// CheckSeed returns the error that OpenSeed would return for an existing file. It creates
// no file.
func CheckSeed(setting, home string) error {
	_, err := FingerprintOf(setting, home)
	return err
}

// FingerprintOf returns the fingerprint of the seed that OpenSeed would return, or "" for a
// random one. It creates no file.
func FingerprintOf(setting, home string) (string, error) {
	if setting == "" {
		return "", nil
	}
	path, err := seedPath(setting, home)
	if err != nil {
		return "", err
	}
	secret, err := readSecret(path)
	switch {
	case err == nil:
		return NewSeed(secret).Fingerprint(), nil
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	}
	return "", unusable(path, err)
}

func seedPath(setting, home string) (string, error) {
	path, ok := strings.CutPrefix(setting, "file:")
	if !ok || path == "" {
		return "", fault.New(fault.Usage, `write "file:PATH", or omit it for a new seed each time`, "seed: not of the form file:PATH")
	}
	if after, ok := strings.CutPrefix(path, "~/"); ok {
		if home == "" {
			return "", fault.New(fault.Usage, "", "seed %s: no home folder", path)
		}
		path = filepath.Join(home, after)
	}
	return path, nil
}

func unusable(path string, err error) error {
	return fault.Wrap(fault.Usage, "", fmt.Errorf("seed %s: %w", path, withoutPath(err)))
}

// readSecret returns the content of a seed file. It refuses a file that others can read.
func readSecret(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("not a file")
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return nil, fault.New(fault.Usage, "chmod 600 "+path, "others can read or write it (mode %04o)", info.Mode().Perm())
	}
	content, err := io.ReadAll(io.LimitReader(f, mostSecret+1))
	if err != nil {
		return nil, err
	}
	switch secret := bytes.TrimSpace(content); {
	case len(content) > mostSecret:
		return nil, fmt.Errorf("is larger than %d bytes", mostSecret)
	case len(secret) < leastSecret:
		return nil, fault.New(fault.Usage, "remove it and run hectl again, which creates a new one", "has only %d bytes; with fewer than %d, it can be guessed", len(secret), leastSecret)
	default:
		return secret, nil
	}
}

// createSecret creates a seed file, unless another run has done so at the same time.
func createSecret(path string) (created bool, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, err
	}
	return files.Create(path, []byte(hex.EncodeToString(randomSecret())+"\n"))
}

// withoutPath returns the cause of a file system error, without the path.
func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
