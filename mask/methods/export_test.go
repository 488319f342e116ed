package methods

// Internals for tests that also need package mask.
var (
	Elements     = elements
	HstoreValues = hstoreValues
)

// Leaves returns a Func that applies f to the strings and numbers of a document.
func Leaves(f Func) Func {
	c := maskJSON(&jsonRule{leaf: &jsonLeaf{text: f, number: f}}, true)
	return func(dst, value, row []byte) ([]byte, bool, error) {
		dst, err := c(dst, value, row)
		return dst, false, err
	}
}
