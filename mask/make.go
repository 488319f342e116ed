package mask

import (
	"fmt"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// NewMethod returns what spec does to the values of a column, nil for keep.
// encoding is that of the dump, such as "UTF8". The error says why spec does not
// fit the column, and names neither.
func NewMethod(spec MethodSpec, seed Seed, col schema.Column, encoding string) (Method, error) {
	facts, ok := FactsOf(spec.Name)
	switch {
	case !ok:
		return nil, fmt.Errorf("no method is called %q", spec.Name)
	case !facts.Fits(col.Type):
		return nil, fmt.Errorf("%s does not fit type %s", spec.Name, col.Type.SQL)
	case facts.Passes:
		return nil, nil
	}
	_ = seed
	_ = encoding
	return func(dst, _ []byte) ([]byte, bool, error) { return dst, facts.Null, nil }, nil
}
