package methods

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

// A keyedHash computes the HMAC-SHA256 of values with the key of one method. It hashes the
// two blocks at the start of every HMAC only once, which halves the time.
type keyedHash struct {
	inner, outer []byte // states of SHA-256 after these blocks
	draws        sync.Pool
}

// A digest is a SHA-256 that can resume from a state.
type digest interface {
	hash.Hash
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

// A draw is the HMAC of one value and the random numbers derived from it.
type draw struct {
	sum    [sha256.Size]byte
	random rand.PCG // seeded with the second half of sum
	hash   digest
	text   []byte // scratch memory
}

// keyed returns the keyed hash of a method. Equal values have equal hashes in all tables
// and columns.
func (s Seed) keyed(method string) *keyedHash {
	key := s.derive(method)
	var pads [2][sha256.BlockSize]byte
	for i, pad := range []byte{0x36, 0x5c} {
		copy(pads[i][:], key)
		for j := range pads[i] {
			pads[i][j] ^= pad
		}
	}
	return &keyedHash{inner: stateAfter(pads[0][:]), outer: stateAfter(pads[1][:])}
}

// derive returns the key for one purpose.
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
		panic(errors.New("methods: SHA-256 cannot marshal its state, although its documentation says so"))
	}
	return d
}

// draw returns the draw of value. The caller must return it with done.
func (k *keyedHash) draw(value []byte) *draw {
	d := k.start()
	d.hash.Write(value)
	return d.finish(k)
}

// drawInRow returns the draw of value in a row: equal values in different rows have
// different draws. With a nil row, it is like draw.
func (k *keyedHash) drawInRow(value, row []byte) *draw {
	if row == nil {
		return k.draw(value)
	}
	d := k.start()
	d.hash.Write(row)
	d.hash.Write([]byte{'\n'}) // a byte that is never part of a row
	d.hash.Write(value)
	return d.finish(k)
}

// start starts an HMAC.
func (k *keyedHash) start() *draw {
	d, ok := k.draws.Get().(*draw)
	if !ok {
		d = &draw{hash: newDigest()}
	}
	d.resume(k.inner)
	return d
}

// finish completes the HMAC of the bytes written to d.hash and seeds the random numbers
// with it.
func (d *draw) finish(k *keyedHash) *draw {
	d.hash.Sum(d.sum[:0])
	d.resume(k.outer)
	d.hash.Write(d.sum[:])
	d.hash.Sum(d.sum[:0])
	d.random.Seed(binary.LittleEndian.Uint64(d.sum[16:]), binary.LittleEndian.Uint64(d.sum[24:]))
	return d
}

func (k *keyedHash) done(d *draw) { k.draws.Put(d) }

func (d *draw) resume(state []byte) {
	if err := d.hash.UnmarshalBinary(state); err != nil {
		panic(err) // the state is SHA-256's own
	}
}

// below returns a number from 0 to n-1.
func (d *draw) below(n int) int {
	hi, _ := bits.Mul64(d.random.Uint64(), uint64(n))
	return int(hi)
}

func (d *draw) pick(words []string) string { return words[d.below(len(words))] }

// digit returns a digit. The first digit of a number is not 0.
func (d *draw) digit(first bool) byte {
	if first {
		return byte('1' + d.below(9))
	}
	return byte('0' + d.below(10))
}

// codeLength is the number of characters that make codes unique: they have 65 bits, so the
// odds that any two of ten million values get the same code are one in a million.
const codeLength = 13

// code appends n characters, at most 25, that identify the value: letters and digits that
// are hard to confuse.
func (d *draw) code(dst []byte, n int) []byte {
	const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	var window uint
	have, next := 0, 0
	for range n {
		if have < 5 {
			window = window<<8 | uint(d.sum[next])
			next++
			have += 8
		}
		have -= 5
		dst = append(dst, alphabet[window>>have&31])
	}
	return dst
}
