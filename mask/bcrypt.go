package mask

import (
	"encoding/base64"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/crypto/blowfish" //nolint:staticcheck // what bcrypt is made of
)

// bcryptCost is Devise's: the number of stretches, as a power of two.
const bcryptCost = 11

// bcryptOf returns a hash of password, as Ruby's bcrypt writes it, that is the
// same for one seed: golang.org/x/crypto/bcrypt can only make the salt itself.
// It is worked out when it is first asked for, which takes a while.
func bcryptOf(password string, seed Seed) (hash func() string, err error) {
	if password == "" || len(password) > 72 {
		return nil, fmt.Errorf("the password has %d bytes; bcrypt takes 1 to 72", len(password))
	}
	for i := range len(password) {
		if password[i] == 0 {
			return nil, errors.New("the password has a zero byte")
		}
	}
	return sync.OnceValue(func() string {
		salt := seed.derive("bcrypt " + password)[:16]
		return bcrypt([]byte(password), salt, bcryptCost)
	}), nil
}

// bcrypt hashes a password: Niels Provos and David Mazières, "A Future-Adaptable
// Password Scheme", 1999; version 2a, in which the password ends with a zero.
func bcrypt(password, salt []byte, cost int) string {
	encoding := base64.NewEncoding("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789").WithPadding(base64.NoPadding)
	key := append(append(make([]byte, 0, len(password)+1), password...), 0)
	c, err := blowfish.NewSaltedCipher(key, salt)
	if err != nil {
		panic(err) // for an empty key
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
	// The last byte has never been part of it.
	return fmt.Sprintf("$2a$%02d$%s%s", cost, encoding.EncodeToString(salt), encoding.EncodeToString(text[:23]))
}
