package mask

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// A key after the first masked column is not used, even if the row is short.
func TestLateKeysAreNotUsed(t *testing.T) {
	table := &schema.Table{Copy: []string{"a", "id", "b"}, Uniques: []schema.Unique{{Primary: true, Columns: []string{"id"}}}}
	for first, want := range map[int]int{0: 0, 1: 0, 2: 1} {
		if got := keyBefore(table, first); len(got) != want {
			t.Errorf("%d: %v", first, got)
		}
	}
}
