package mask

import (
	"bytes"
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

// Seed decides what masked values are made up: the same of the same value, for
// one seed. Who has it can find out which value stands behind a masked one, by
// trying, so it is as secret as the data. However it is printed, it does not
// show. The zero Seed is one that everybody has.
type Seed struct {
	key func() [sha256.Size]byte // a function, because fmt prints what it finds in fields
}

// NewSeed returns the seed that is made of secret, which may have any length.
func NewSeed(secret []byte) Seed {
	key := sha256.Sum256(secret)
	return Seed{func() [sha256.Size]byte { return key }}
}

// RandomSeed returns a new seed.
func RandomSeed() Seed { return NewSeed(randomSecret()) }

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

// OpenSeed returns the seed that a setting names: "" for a new one, or
// "file:PATH", where a ~/ in front stands for the folder home. A file that is
// not there is made, with random content and for its owner alone; created is
// then its path, to be told. One that others may read is refused.
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

// CheckSeed looks whether OpenSeed would succeed with a file that is there. It
// makes none.
func CheckSeed(setting, home string) error {
	if setting == "" {
		return nil
	}
	path, err := seedPath(setting, home)
	if err != nil {
		return err
	}
	if _, err = readSecret(path); err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return unusable(path, err)
}

func seedPath(setting, home string) (string, error) {
	path, ok := strings.CutPrefix(setting, "file:")
	if !ok || path == "" {
		return "", fault.New(fault.Usage, `write "file:PATH", or leave it out for a new seed each time`, "seed: is not of the form file:PATH")
	}
	if after, ok := strings.CutPrefix(path, "~/"); ok {
		if home == "" {
			return "", fault.New(fault.Usage, "", "seed %s: there is no home folder", path)
		}
		path = filepath.Join(home, after)
	}
	return path, nil
}

func unusable(path string, err error) error {
	return fault.Wrap(fault.Usage, "", fmt.Errorf("seed %s: %w", path, withoutPath(err)))
}

// readSecret returns what is in a file that only its owner can read.
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
		return nil, fault.New(fault.Usage, "chmod 600 "+path, "others may read or write it (mode %04o)", info.Mode().Perm())
	}
	content, err := io.ReadAll(io.LimitReader(f, mostSecret+1))
	if err != nil {
		return nil, err
	}
	switch secret := bytes.TrimSpace(content); {
	case len(content) > mostSecret:
		return nil, fmt.Errorf("has more than %d bytes", mostSecret)
	case len(secret) < leastSecret:
		return nil, fault.New(fault.Usage, "remove it, and a new one is made", "has %d bytes, and fewer than %d can be guessed", len(secret), leastSecret)
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

// withoutPath returns what a system call said, without the path.
func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
