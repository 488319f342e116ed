package mask

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"errors"
	"hash"
	"math/bits"
	"math/rand/v2"
	"sync"
)

// keyed makes HMAC-SHA256s of values, with the key of one family of methods. The
// two blocks that every HMAC begins with are worked out once: that halves its
// time.
type keyed struct {
	inner, outer []byte // states of SHA-256 after those blocks
	lots         sync.Pool
}

// A digest is a SHA-256 that can go on from a state.
type digest interface {
	hash.Hash
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

// A lot is the HMAC of one value, and what is drawn by it.
type lot struct {
	sum  [sha256.Size]byte
	draw rand.PCG // seeded with the second half of sum
	hash digest
	text []byte // scratch
}

// keyed returns the HMACs of a family of methods: equal values of one family
// have equal ones, in whatever tables and columns they are.
func (s Seed) keyed(family string) *keyed {
	key := s.derive(family)
	var pads [2][sha256.BlockSize]byte
	for i, pad := range []byte{0x36, 0x5c} {
		copy(pads[i][:], key)
		for j := range pads[i] {
			pads[i][j] ^= pad
		}
	}
	return &keyed{inner: stateAfter(pads[0][:]), outer: stateAfter(pads[1][:])}
}

// derive returns a key for one purpose.
func (s Seed) derive(purpose string) []byte {
	var key [sha256.Size]byte
	if s.key != nil {
		key = s.key()
	}
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(purpose))
	return mac.Sum(nil)
}

func stateAfter(block []byte) []byte {
	h := newDigest()
	h.Write(block)
	state, err := h.MarshalBinary()
	if err != nil {
		panic(err) // SHA-256 never fails
	}
	return state
}

func newDigest() digest {
	d, ok := sha256.New().(digest)
	if !ok {
		panic(errors.New("mask: SHA-256 does not tell its state, as its documentation says it does"))
	}
	return d
}

// lot returns the HMAC of value, to be given back with done.
func (k *keyed) lot(value []byte) *lot {
	l := k.start()
	l.hash.Write(value)
	return l.finish(k)
}

// start begins an HMAC.
func (k *keyed) start() *lot {
	l, ok := k.lots.Get().(*lot)
	if !ok {
		l = &lot{hash: newDigest()}
	}
	l.from(k.inner)
	return l
}

// finish ends the HMAC of what was written to l.hash, and begins to draw by it.
func (l *lot) finish(k *keyed) *lot {
	l.hash.Sum(l.sum[:0])
	l.from(k.outer)
	l.hash.Write(l.sum[:])
	l.hash.Sum(l.sum[:0])
	l.draw.Seed(binary.LittleEndian.Uint64(l.sum[16:]), binary.LittleEndian.Uint64(l.sum[24:]))
	return l
}

// drawn returns the HMAC of value in a row, so that equal values of different rows
// have different ones; without a row it is that of the value.
func (k *keyed) drawn(value, row []byte) *lot {
	if row == nil {
		return k.lot(value)
	}
	l := k.start()
	l.hash.Write(row)
	l.hash.Write([]byte{'\n'}) // which no row has
	l.hash.Write(value)
	return l.finish(k)
}

func (k *keyed) done(l *lot) { k.lots.Put(l) }

func (l *lot) from(state []byte) {
	if err := l.hash.UnmarshalBinary(state); err != nil {
		panic(err) // the state is its own
	}
}

// below returns a number from 0 to n-1.
func (l *lot) below(n int) int {
	hi, _ := bits.Mul64(l.draw.Uint64(), uint64(n))
	return int(hi)
}

// pick returns one of words.
func (l *lot) pick(words []string) string { return words[l.below(len(words))] }

// codeLength is how many characters of code keep values apart: 65 bits, for
// among ten million the odds against two that meet are a million to one.
const codeLength = 13

// code appends n characters that stand for the value, at most 25: letters and
// digits that are not mistaken for each other.
func (l *lot) code(dst []byte, n int) []byte {
	const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	var window uint
	have, next := 0, 0
	for range n {
		if have < 5 {
			window = window<<8 | uint(l.sum[next])
			next++
			have += 8
		}
		have -= 5
		dst = append(dst, alphabet[window>>have&31])
	}
	return dst
}
