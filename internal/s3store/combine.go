package s3store

import "sync"

// polynomial of CRC-64/NVME, with its bits reversed.
const polynomial = 0x9a6c9329ac4bc9b5

// combine returns the CRC64NVME of two consecutive pieces, given the CRC of each and the
// length of the second in bytes.
//
// A CRC is linear: n zero bytes after the first piece multiply its register by a matrix
// over GF(2) that depends only on n, and the second piece adds its own register. Squaring
// the matrix of one power of two yields the next one (Mark Adler's method, as in
// crc32_combine of zlib). The initial and final values of the register cancel out,
// because both are all ones.
func combine(first, second uint64, n int64) uint64 {
	for i := 0; n > 0; n, i = n>>1, i+1 {
		if n&1 == 1 {
			first = zeroes()[i].times(first)
		}
	}
	return first ^ second
}

// matrix is a 64 × 64 matrix over GF(2), with one column in each element.
type matrix [64]uint64

func (m *matrix) times(vector uint64) uint64 {
	var product uint64
	for i := 0; vector != 0; vector, i = vector>>1, i+1 {
		if vector&1 == 1 {
			product ^= m[i]
		}
	}
	return product
}

func (m *matrix) square() *matrix {
	var square matrix
	for i, column := range m {
		square[i] = m.times(column)
	}
	return &square
}

// zeroes returns the matrices that append 1, 2, 4 … zero bytes.
//
//nolint:gochecknoglobals // a table, computed once
var zeroes = sync.OnceValue(func() *[63]*matrix {
	var bit matrix // appends one zero bit
	bit[0] = polynomial
	for i := 1; i < 64; i++ {
		bit[i] = 1 << (i - 1)
	}
	var table [63]*matrix
	table[0] = bit.square().square().square()
	for i := 1; i < len(table); i++ {
		table[i] = table[i-1].square()
	}
	return &table
})
