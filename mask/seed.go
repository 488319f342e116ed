package mask

import (
	"crypto/rand"
	"crypto/sha256"
)

// Seed decides what masked values are made up: the same of the same value, for
// one seed. Who has it can find out which value stands behind a masked one, by
// trying, so it is as secret as the data. However it is printed, it does not
// show.
type Seed struct {
	key func() [sha256.Size]byte // a function, because fmt prints what it finds in fields
}

// NewSeed returns the seed that is made of secret, which may have any length.
func NewSeed(secret []byte) Seed {
	key := sha256.Sum256(secret)
	return Seed{func() [sha256.Size]byte { return key }}
}

// RandomSeed returns a new seed.
func RandomSeed() Seed {
	var secret [sha256.Size]byte
	_, _ = rand.Read(secret[:]) // never fails
	return NewSeed(secret[:])
}
