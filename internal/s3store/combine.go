package s3store

import "sync"

// polynomial is that of CRC-64/NVME, its bits reversed.
const polynomial = 0x9a6c9329ac4bc9b5

// combine returns the CRC64NVME of two pieces in a row, given that of each and
// the length of the second in bytes.
//
// A CRC is linear: appending n zero bytes to the first piece changes its
// register by a matrix over GF(2) that depends on n alone, and the second piece
// then adds its own. The matrices for powers of two come from each other by
// squaring (Mark Adler's method, as in zlib's crc32_combine). What the register
// begins and ends with cancels out, because both are all ones.
func combine(first, second uint64, n int64) uint64 {
	for i := 0; n > 0; n, i = n>>1, i+1 {
		if n&1 == 1 {
			first = zeroes()[i].times(first)
		}
	}
	return first ^ second
}

// matrix is a 64 × 64 matrix over GF(2), a column an element.
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

func (m *matrix) squared() *matrix {
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
	table[0] = bit.squared().squared().squared()
	for i := 1; i < len(table); i++ {
		table[i] = table[i-1].squared()
	}
	return &table
})
