package methods

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"strconv"
)

// noise changes a number by at most a percentage, drawn for each row.
func (m maker) noise(k *keyedHash) (change, error) {
	percent := m.spec.Number
	if percent < 1 || percent > 100 {
		return nil, fmt.Errorf("%d is not a percentage from 1 to 100", percent)
	}
	switch m.kind {
	case Integer:
		return decimalNoise(k, percent, greatestInteger(m.bits())), nil
	case Float:
		return floatNoise(k, percent, m.bits()), nil
	}
	switch mods := m.base().Modifiers; len(mods) {
	case 0:
		return decimalNoise(k, percent, nil), nil
	case 1:
		return decimalNoise(k, percent, greatestDecimal(mods[0], 0)), nil
	default:
		return decimalNoise(k, percent, greatestDecimal(mods[0], mods[1])), nil
	}
}

// noiseScale is the resolution of a factor: one millionth of the value.
const noiseScale = 1_000_000

// factor returns a random change of at most percent, in millionths of the value.
func (d *draw) factor(percent int) int64 {
	most := percent * (noiseScale / 100)
	return int64(d.below(2*most+1) - most)
}

// decimalNoise changes a number by at most percent, or by one in its last place if that is
// more. It keeps the sign and the scale; 0 stays 0. greatest returns the largest magnitude
// of the type; nil means no limit.
func decimalNoise(k *keyedHash, percent int, greatest func(negative bool) *big.Int) change {
	return func(dst, value, row []byte) ([]byte, error) {
		if isInfinite(value) {
			return append(dst, value...), nil
		}
		d := k.drawInRow(value, row)
		defer k.done(d)
		unsigned, negative := bytes.CutPrefix(value, []byte("-"))
		whole, fraction, _ := bytes.Cut(unsigned, []byte("."))
		d.text = append(append(d.text[:0], whole...), fraction...)
		n, ok := new(big.Int).SetString(string(d.text), 10)
		if !ok || n.Sign() < 0 {
			return dst, errNotNumber
		}
		var most *big.Int
		if greatest != nil {
			most = greatest(negative)
		}
		addNoise(n, d.factor(percent), most)
		if negative {
			dst = append(dst, '-')
		}
		return appendScaled(dst, n.Append(d.text[:0], 10), len(fraction)), nil
	}
}

// addNoise adds factor millionths to a non-negative number, or 1 if that is more. It
// subtracts instead if the sum would exceed most.
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

// appendScaled writes the whole number in digits, divided by 10 to the power of scale.
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

// greatestInteger returns the greatest function of decimalNoise for an integer type.
func greatestInteger(bits int) func(negative bool) *big.Int {
	magnitude := greatestOf(bits)
	return func(negative bool) *big.Int {
		n, _ := new(big.Int).SetString(magnitude(negative), 10) // magnitude returns only digits
		return n
	}
}

// greatestDecimal returns the greatest function of decimalNoise for numeric(precision,
// scale), without the point. A negative scale rounds to tens, hundreds and so on.
func greatestDecimal(precision, scale int) func(negative bool) *big.Int {
	ten := big.NewInt(10)
	n := new(big.Int).Exp(ten, big.NewInt(int64(precision)), nil)
	n.Sub(n, big.NewInt(1))
	n.Mul(n, new(big.Int).Exp(ten, big.NewInt(int64(max(0, -scale))), nil))
	return func(bool) *big.Int { return n }
}

// floatNoise is like decimalNoise, for binary floating-point numbers.
func floatNoise(k *keyedHash, percent, bits int) change {
	return func(dst, value, row []byte) ([]byte, error) {
		if isInfinite(value) {
			return append(dst, value...), nil
		}
		x, err := strconv.ParseFloat(string(value), bits)
		if err != nil {
			return dst, errNotNumber // err contains the value
		}
		d := k.drawInRow(value, row)
		defer k.done(d)
		delta := x / noiseScale * float64(d.factor(percent))
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
