package rows

import (
	"testing"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/test/masktest"
)

func TestMain(m *testing.M) { masktest.Main(m) }

// same keeps every value, but rows are decoded and encoded for it.
func same(dst, value, _ []byte) ([]byte, bool, error) { return append(dst, value...), false, nil }

var testSeed = methods.NewSeed([]byte("a seed for tests"))
