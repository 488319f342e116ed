package methods

import (
	"math/big"
	"testing"
)

func TestAddNoise(t *testing.T) {
	for _, tt := range []struct {
		n, factor, most int64 // most 0 means no limit
		want            int64
	}{
		{1000, 100_000, 0, 1100},
		{1000, -100_000, 0, 900},
		{0, 100_000, 0, 0},
		{1, 1, 0, 2}, // subtracting 1 would leave 0
		{3, 1, 0, 2},
		{3, 2, 0, 4},
		{1000, 100_000, 1050, 900}, // adding would exceed the type
		{1, 2, 1, 0},               // the only other value
	} {
		n, most := big.NewInt(tt.n), (*big.Int)(nil)
		if tt.most > 0 {
			most = big.NewInt(tt.most)
		}
		if addNoise(n, tt.factor, most); n.Int64() != tt.want {
			t.Errorf("%d with factor %d, most %d: %d, want %d", tt.n, tt.factor, tt.most, n, tt.want)
		}
	}
}

func TestAppendScaled(t *testing.T) {
	for _, tt := range []struct {
		digits string
		scale  int
		want   string
	}{{"123", 0, "123"}, {"123", 2, "1.23"}, {"123", 3, "0.123"}, {"5", 4, "0.0005"}} {
		if got := appendScaled(nil, []byte(tt.digits), tt.scale); string(got) != tt.want {
			t.Errorf("%s, scale %d: %s", tt.digits, tt.scale, got)
		}
	}
}

func TestGreatestDecimal(t *testing.T) {
	for _, tt := range []struct {
		precision, scale int
		want             string
	}{{3, 0, "999"}, {8, 2, "99999999"}, {3, -2, "99900"}} {
		if got := greatestDecimal(tt.precision, tt.scale)(false).String(); got != tt.want {
			t.Errorf("numeric(%d,%d): %s", tt.precision, tt.scale, got)
		}
	}
}
