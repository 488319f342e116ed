package methods

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"sync"
)

// A permuter replaces strings of digits with strings of the same length. Distinct strings
// stay distinct. It is a keyed Feistel network over the decimal digits, like FF1 of NIST
// SP 800-38G, with AES as its round function.
type permuter struct {
	block cipher.Block
	pool  sync.Pool // contains *permutation
}

type permutation struct {
	in, out [aes.BlockSize]byte
	digits  []byte
}

const rounds = 10 // as in FF1

// longestPart is the maximum number of digits permuted at once: each half fits in 64 bits.
const longestPart = 36

func (s Seed) permuter(purpose string) *permuter {
	block, err := aes.NewCipher(s.derive(purpose))
	if err != nil {
		panic(err) // only for a key of invalid length
	}
	return &permuter{block: block}
}

func (p *permuter) get() *permutation {
	if q, ok := p.pool.Get().(*permutation); ok {
		return q
	}
	return &permutation{}
}

// permute permutes digits in place. Each is '0' to '9'.
func (p *permuter) permute(q *permutation, digits []byte) {
	length := len(digits)
	chain := uint64(length)
	for len(digits) > 0 {
		// Longer strings are permuted in parts. Each depends on the parts before it.
		part := digits[:min(len(digits), longestPart)]
		digits = digits[len(part):]
		p.permutePart(q, part, chain)
		if len(digits) > 0 {
			chain = p.round(q, rounds, chain, number(part[:len(part)/2]), number(part[len(part)/2:]))
		}
	}
}

func (p *permuter) permutePart(q *permutation, digits []byte, tweak uint64) {
	if len(digits) == 1 {
		digits[0] = '0' + p.single(q, digits[0]-'0', tweak)
		return
	}
	half := len(digits) / 2
	a, b := number(digits[:half]), number(digits[half:])
	modA, modB := power(half), power(len(digits)-half)
	for i := range uint64(rounds) {
		if i%2 == 0 {
			a = (a + p.round(q, i, tweak, b, 0)%modA) % modA
		} else {
			b = (b + p.round(q, i, tweak, a, 0)%modB) % modB
		}
	}
	setNumber(digits[:half], a)
	setNumber(digits[half:], b)
}

// single permutes a string of one digit by shuffling all ten digits.
func (p *permuter) single(q *permutation, digit byte, tweak uint64) byte {
	shuffled := [10]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	r := p.round(q, 0, tweak, 0, 0)
	for i := uint64(9); i > 0; i-- {
		j := r % (i + 1)
		r /= i + 1
		shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
	}
	return shuffled[digit]
}

// round is the round function of the network: it returns 64 bits that depend on the key
// and on all arguments. c is 0 except when permute chains parts.
func (p *permuter) round(q *permutation, i, tweak, b, c uint64) uint64 {
	binary.LittleEndian.PutUint64(q.in[:8], tweak)
	binary.LittleEndian.PutUint64(q.in[8:], b)
	q.in[7] ^= byte(i + 1)
	if c != 0 {
		p.block.Encrypt(q.in[:], q.in[:])
		binary.LittleEndian.PutUint64(q.out[:8], c)
		for j := range 8 {
			q.in[j] ^= q.out[j]
		}
	}
	p.block.Encrypt(q.out[:], q.in[:])
	return binary.LittleEndian.Uint64(q.out[:8])
}

func number(digits []byte) uint64 {
	var n uint64
	for _, d := range digits {
		n = 10*n + uint64(d-'0')
	}
	return n
}

func setNumber(digits []byte, n uint64) {
	for i := len(digits) - 1; i >= 0; i-- {
		digits[i] = byte('0' + n%10)
		n /= 10
	}
}

func power(digits int) uint64 {
	n := uint64(1)
	for range digits {
		n *= 10
	}
	return n
}
