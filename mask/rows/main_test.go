package rows

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/rubyforgood/hectl/mask/methods"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// same keeps every value, but rows are still decoded and encoded.
func same(dst, value, _ []byte) ([]byte, bool, error) { return append(dst, value...), false, nil }

var testSeed = methods.NewSeed([]byte("a seed for tests"))
