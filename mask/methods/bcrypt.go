package methods

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/blowfish" //nolint:staticcheck // bcrypt is built on it
)

// DefaultPassword is the password of every user in a restored database, unless --password
// or a rule in hectl.yml sets another.
const DefaultPassword = "password"

// bcryptCost returns the base-2 logarithm of the number of rounds: Devise's default for a
// password that may be secret, the minimum for the password that this project publishes.
func bcryptCost(password string) int {
	if password == DefaultPassword {
		return bcrypt.MinCost
	}
	return 11
}

// CheckPassword returns an error if bcrypt cannot hash the password. The error text
// completes "the password".
func CheckPassword(password string) error {
	if password == "" || len(password) > 72 {
		return fmt.Errorf("has %d bytes; bcrypt takes 1 to 72", len(password))
	}
	if strings.ContainsRune(password, 0) {
		return errors.New("has a zero byte, which bcrypt does not accept")
	}
	return nil
}

// HashPassword returns a bcrypt hash of the password with a random salt.
func HashPassword(password string) (string, error) {
	hash, err := bcryptOf(password, RandomSeed())
	if err != nil {
		return "", err
	}
	return hash(), nil
}

// IsPassword reports whether hash is a bcrypt hash of the password.
func IsPassword(hash, password string) bool {
	return bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) == nil
}

// bcrypt replaces every value, even an empty one, with a hash of one password.
func (m maker) bcrypt() (Func, error) {
	hash, err := bcryptOf(m.spec.Text, m.seed)
	if err != nil {
		return nil, err
	}
	return m.each(func(dst, _, _ []byte) ([]byte, error) { return append(dst, hash()...), nil }, false), nil
}

// bcryptOf returns a function that returns a hash of the password. The salt depends on the
// seed; golang.org/x/crypto/bcrypt accepts no salt. Only the first call computes the hash,
// because that can take a while.
func bcryptOf(password string, seed Seed) (hash func() string, err error) {
	if err := CheckPassword(password); err != nil {
		return nil, fmt.Errorf("the password %w", err)
	}
	return sync.OnceValue(func() string {
		salt := seed.derive("bcrypt " + password)[:16]
		return hashWithSalt([]byte(password), salt, bcryptCost(password))
	}), nil
}

// hashWithSalt hashes a password as Ruby's bcrypt does: version 2a, in which a zero byte
// follows the password. See Niels Provos and David Mazières, "A Future-Adaptable Password
// Scheme", 1999.
func hashWithSalt(password, salt []byte, cost int) string {
	encoding := base64.NewEncoding("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789").WithPadding(base64.NoPadding)
	key := append(append(make([]byte, 0, len(password)+1), password...), 0)
	c, err := blowfish.NewSaltedCipher(key, salt)
	if err != nil {
		panic(err) // only for an empty key
	}
	for range 1 << cost {
		blowfish.ExpandKey(key, c)
		blowfish.ExpandKey(salt, c)
	}
	text := []byte("OrpheanBeholderScryDoubt")
	for i := 0; i < len(text); i += blowfish.BlockSize {
		for range 64 {
			c.Encrypt(text[i:i+blowfish.BlockSize], text[i:i+blowfish.BlockSize])
		}
	}
	// The encoded hash omits the last byte.
	return fmt.Sprintf("$2a$%02d$%s%s", cost, encoding.EncodeToString(salt), encoding.EncodeToString(text[:23]))
}
