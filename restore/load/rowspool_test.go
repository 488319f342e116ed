package load

import (
	"bytes"
	"io"
	"os"
	"testing"
)

// Rows come back in order, whether they fit into memory or not. The file is unlinked.
func TestRowSpool(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, rows := range []int{0, 1, 100, 5000} {
		s := &rowSpool{}
		var want bytes.Buffer
		for i := range rows {
			row := bytes.Repeat([]byte{byte('a' + i%26)}, i%200)
			want.Write(row)
			want.WriteByte('\n')
			if err := s.write(row, []byte{'\n'}); err != nil {
				t.Fatal(err)
			}
		}
		r, err := s.reader()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%d rows: %d bytes instead of %d, %v", rows, len(got), want.Len(), err)
		}
		if inFile := want.Len() > spoolInRAM; inFile != (s.file != nil) {
			t.Errorf("%d bytes: in a file: %t", want.Len(), s.file != nil)
		}
		if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
			t.Errorf("the folder has %v, %v", left, err)
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}
}
