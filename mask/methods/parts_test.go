package methods_test

import (
	"bytes"
	"io"
	"testing"

	"go.uber.org/goleak"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/test/masktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func keep(dst, value, _ []byte) ([]byte, bool, error) { return append(dst, value...), false, nil }

// Arrays, hstores and documents have the same bytes after they are decoded and encoded.
func TestPostgresParts(t *testing.T) {
	c, _ := masktest.Database(t, "parts", "CREATE EXTENSION hstore; CREATE EXTENSION citext", masktest.Soup)
	document := methods.Leaves(keep)
	for _, tt := range []struct {
		what  string
		f     methods.Func
		times int // number of columns
	}{
		{"soup.arrays", methods.Elements(keep), 8},
		{"(SELECT j FROM soup.arrays)", methods.Elements(document), 1},
		{"soup.hstores", methods.HstoreValues(keep), 1},
		{"(SELECT b FROM soup.documents)", document, 1},
	} {
		t.Run(tt.what, func(t *testing.T) {
			want := masktest.CopyOut(t, c, "parts", tt.what)
			table := &rows.Table{Name: "t", Columns: make([]rows.Column, tt.times)}
			for i := range table.Columns {
				table.Columns[i] = rows.Column{Name: "c", Method: tt.f}
			}
			got, err := io.ReadAll(table.Reader(bytes.NewReader(want)))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				i := masktest.FirstDifference(got, want)
				t.Errorf("differs at byte %d: %q, was %q", i, got[max(0, i-20):min(len(got), i+20)], want[max(0, i-20):min(len(want), i+20)])
			}
		})
	}
}
