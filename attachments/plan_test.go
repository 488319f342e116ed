package attachments

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestPlan(t *testing.T) {
	one, two := []byte("1234567890123456"), []byte("6543210987654321")
	got, err := newPlan([]blob{
		{Key: "small", Size: 1, MD5: one},
		{Key: "large", Size: 9, MD5: one},
		{Key: "there", Size: 5, MD5: one},
		{Key: "small", Size: 1, MD5: one},    // a row of another tenant for the same blob
		{Key: "ab/cd//e", Size: 1, MD5: one}, // has the same path as the next blob
		{Key: "ab/cd/e", Size: 1, MD5: two},
		{Key: "../x", Size: 1},
		{Key: "sizeless", Size: -1},
	}, func(b blob) (bool, error) { return b.Key == "there", nil })
	if err != nil {
		t.Fatal(err)
	}
	want := plan{
		There:  []blob{{Key: "there", Size: 5, MD5: one}},
		Wanted: []blob{{Key: "large", Size: 9, MD5: one}, {Key: "ab/cd//e", Size: 1, MD5: one}, {Key: "small", Size: 1, MD5: one}},
		Unusable: []unusable{
			{"ab/cd/e", "another row has the same path in the folder, but different content"},
			{"../x", "the key contains the folder . or .. in its path"},
			{"sizeless", "its row has no size"},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(blob{})); diff != "" {
		t.Error(diff)
	}
}
