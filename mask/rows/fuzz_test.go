package rows

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
)

// postgresRows returns rows of every type that Postgres wrote.
func postgresRows(tb testing.TB) [][]byte {
	tb.Helper()
	rows, err := os.ReadFile("testdata/rows.copy")
	if err != nil {
		tb.Fatal(err)
	}
	return bytes.SplitAfter(rows, []byte("\n"))
}

// FuzzEscape checks that Escape turns any value into one field of a row, and that Unescape
// returns the value. A row that Postgres wrote is the same after it is decoded and encoded.
func FuzzEscape(f *testing.F) {
	for _, row := range postgresRows(f) {
		for field := range bytes.SplitSeq(bytes.TrimSuffix(row, []byte("\n")), []byte("\t")) {
			f.Add(Unescape(nil, field))
			f.Add(field)
		}
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		field := Escape(nil, value)
		if bytes.ContainsAny(field, "\t\n\r\b\f\v") || string(field) == `\N` || string(field) == `\.` {
			t.Fatalf("%q is written as %q", value, field)
		}
		if got := Unescape(nil, field); !bytes.Equal(got, value) {
			t.Fatalf("%q is read as %q", value, got)
		}
		row := append(append(append(append([]byte("\\N\t"), field...), "\t\t"...), field...), '\n')
		table := &Table{Columns: []Column{{Method: same}, {Method: same}, {}, {Method: same}}}
		got, err := io.ReadAll(table.Reader(bytes.NewReader(row)))
		if err != nil || !bytes.Equal(got, row) {
			t.Fatalf("%q came as %q, %v", row, got, err)
		}
	})
}

// FuzzReader checks that input is either refused with its place, or masked to output that
// stays the same when it is masked again.
func FuzzReader(f *testing.F) {
	for _, row := range postgresRows(f) {
		f.Add(row, uint8(bytes.Count(row, []byte("\t"))+1), uint8(0xff))
	}
	f.Add([]byte("a\\x41\\101\\8\tb\\\n\\.\nrest"), uint8(2), uint8(1))
	f.Fuzz(func(t *testing.T, rows []byte, columns, masked uint8) {
		table := &Table{Name: "s.t", Columns: make([]Column, columns)}
		for i := range table.Columns {
			table.Columns[i].Name = "c"
			if masked>>(i%8)&1 == 1 {
				table.Columns[i].Method = same
			}
		}
		once, err := io.ReadAll(table.Reader(bytes.NewReader(rows)))
		if err != nil && !strings.HasPrefix(err.Error(), "s.t: row ") {
			t.Fatalf("no place in %q", err)
		}
		if err == nil && bytes.Count(once, []byte("\n")) != bytes.Count(rows, []byte("\n")) {
			t.Fatalf("%q of %q", once, rows)
		}
		twice, err := io.ReadAll(table.Reader(bytes.NewReader(once)))
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%q, then %q: %v", once, twice, err)
		}
	})
}
