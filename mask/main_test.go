package mask

import (
	"testing"

	"github.com/rubyforgood/hectl/test/masktest"
)

func TestMain(m *testing.M) { masktest.Main(m) }
