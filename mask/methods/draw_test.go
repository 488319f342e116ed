package methods

import (
	"crypto/hmac"
	"crypto/sha256"
	"testing"
)

func TestDrawIsAnHMAC(t *testing.T) {
	k := testSeed.keyed("email")
	d := k.drawInRow([]byte("value"), []byte("row"))
	mac := hmac.New(sha256.New, testSeed.derive("email"))
	mac.Write([]byte("row\nvalue"))
	if !hmac.Equal(d.sum[:], mac.Sum(nil)) {
		t.Error("not the HMAC of row and value")
	}
	k.done(d)
	alone, nowhere := k.draw([]byte("value")).sum, k.drawInRow([]byte("value"), nil).sum
	if alone != nowhere {
		t.Error("without a row, a draw depends on more than the value")
	}
	if other := testSeed.keyed("hash").draw([]byte("value")).sum; other == alone {
		t.Error("two methods draw alike")
	}
}

func TestBelowAndDigit(t *testing.T) {
	d := testSeed.keyed("x").draw([]byte("value"))
	seen := map[int]bool{}
	for range 1000 {
		n := d.below(7)
		if n < 0 || n > 6 {
			t.Fatalf("%d is not below 7", n)
		}
		seen[n] = true
		if c := d.digit(true); c < '1' || c > '9' {
			t.Fatalf("%c as the first digit", c)
		}
		if c := d.digit(false); c < '0' || c > '9' {
			t.Fatalf("%c as a digit", c)
		}
	}
	if len(seen) != 7 {
		t.Errorf("only %v", seen)
	}
}

func TestCodeHasFiveBitsACharacter(t *testing.T) {
	d := &draw{sum: [sha256.Size]byte{0b00000_000, 0b01_00010_0, 0b0011_1111, 0b1}}
	if got := string(d.code(nil, 4)); got != "0123" {
		t.Errorf("%s, want 0123", got)
	}
	if got := d.code(nil, 25); len(got) != 25 {
		t.Errorf("%d characters", len(got))
	}
}
