package methods

import (
	"fmt"
	"testing"
)

// The permutation of strings of the same length has no duplicates and moves most strings.
func TestPermute(t *testing.T) {
	p := testSeed.permuter("test")
	q := p.get()
	for length, values := range map[int]int{1: 10, 2: 100, 3: 1000, 4: 10000} {
		seen, same := map[string]bool{}, 0
		for i := range values {
			value := fmt.Sprintf("%0*d", length, i)
			digits := []byte(value)
			p.permute(q, digits)
			if seen[string(digits)] {
				t.Fatalf("%s twice", digits)
			}
			seen[string(digits)] = true
			if string(digits) == value {
				same++
			}
		}
		if same > values/5+1 {
			t.Errorf("%d of %d stayed", same, values)
		}
	}
}

// In a long string, a part depends on the parts before it.
func TestPermuteChainsParts(t *testing.T) {
	p := testSeed.permuter("test")
	q := p.get()
	a, b := []byte(fmt.Sprintf("%080d", 0)), []byte("1"+fmt.Sprintf("%079d", 0))
	p.permute(q, a)
	p.permute(q, b)
	if string(a[longestPart:]) == string(b[longestPart:]) {
		t.Error("the second part does not depend on the first")
	}
}
