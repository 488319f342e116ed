package mask

import (
	"bytes"
	"math"
	"math/big"
	"strconv"
)

// noiseScale is how finely a factor is drawn: in millionths of the value.
const noiseScale = 1_000_000

// factor returns by how many millionths a value changes, at most by percent.
func (l *lot) factor(percent int) int64 {
	most := percent * (noiseScale / 100)
	return int64(l.below(2*most+1) - most)
}

// decimalNoise changes a number by at most percent, or by one in its last place
// where that is more, and keeps its sign and scale; 0 stays 0. greatest is the
// magnitude that it ends at, nil for none.
func decimalNoise(k *keyed, percent int, greatest func(negative bool) *big.Int) change {
	return func(dst, value, row []byte) ([]byte, error) {
		if isInfinite(value) {
			return append(dst, value...), nil
		}
		l := k.drawn(value, row)
		defer k.done(l)
		unsigned, negative := bytes.CutPrefix(value, []byte("-"))
		whole, fraction, _ := bytes.Cut(unsigned, []byte("."))
		l.text = append(append(l.text[:0], whole...), fraction...)
		n, ok := new(big.Int).SetString(string(l.text), 10)
		if !ok || n.Sign() < 0 {
			return dst, errNotNumber
		}
		var most *big.Int
		if greatest != nil {
			most = greatest(negative)
		}
		addNoise(n, l.factor(percent), most)
		if negative {
			dst = append(dst, '-')
		}
		return appendScaled(dst, n.Append(l.text[:0], 10), len(fraction)), nil
	}
}

// addNoise adds factor millionths to n, which is not negative, and at least 1 to
// or from a number; where that would be more than most, it subtracts them.
func addNoise(n *big.Int, factor int64, most *big.Int) {
	if n.Sign() == 0 {
		return
	}
	delta := new(big.Int).Mul(n, big.NewInt(factor))
	delta.Quo(delta, big.NewInt(noiseScale))
	if delta.Sign() == 0 {
		delta.SetInt64(1 - 2*(factor&1))
	}
	moved := new(big.Int).Add(n, delta)
	if moved.Sign() <= 0 || most != nil && moved.Cmp(most) > 0 {
		moved.Sub(n, delta)
	}
	if most == nil || moved.Cmp(most) <= 0 {
		n.Set(moved)
	}
}

// appendScaled writes a whole number, digits, divided by 10 to the power of scale.
func appendScaled(dst, digits []byte, scale int) []byte {
	for range scale + 1 - len(digits) {
		dst = append(dst, '0')
	}
	dst = append(dst, digits...)
	if scale > 0 {
		dst = append(dst, '.')
		copy(dst[len(dst)-scale:], dst[len(dst)-1-scale:])
		dst[len(dst)-1-scale] = '.'
	}
	return dst
}

// greatestInteger is for decimalNoise: that of an integer type.
func greatestInteger(bits int) func(negative bool) *big.Int {
	magnitude := greatestOf(bits)
	return func(negative bool) *big.Int {
		n, _ := new(big.Int).SetString(magnitude(negative), 10) // digits, all of them
		return n
	}
}

// greatestDecimal is for decimalNoise: that of numeric(precision, scale), without
// the point. A scale below 0 rounds numbers to tens, hundreds and so on.
func greatestDecimal(precision, scale int) func(negative bool) *big.Int {
	ten := big.NewInt(10)
	n := new(big.Int).Exp(ten, big.NewInt(int64(precision)), nil)
	n.Sub(n, big.NewInt(1))
	n.Mul(n, new(big.Int).Exp(ten, big.NewInt(int64(max(0, -scale))), nil))
	return func(bool) *big.Int { return n }
}

// floatNoise is decimalNoise for binary numbers of so many bits.
func floatNoise(k *keyed, percent, bits int) change {
	return func(dst, value, row []byte) ([]byte, error) {
		if isInfinite(value) {
			return append(dst, value...), nil
		}
		x, err := strconv.ParseFloat(string(value), bits)
		if err != nil {
			return dst, errNotNumber // err has the value
		}
		l := k.drawn(value, row)
		defer k.done(l)
		delta := x / noiseScale * float64(l.factor(percent))
		moved := x + delta
		if math.Abs(moved) > greatestFloat(bits) || moved == 0 {
			moved = x - delta
		}
		return strconv.AppendFloat(dst, moved, 'g', -1, bits), nil
	}
}

func greatestFloat(bits int) float64 {
	if bits == 32 {
		return math.MaxFloat32
	}
	return math.MaxFloat64
}
