package rows

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func shout(dst, value, _ []byte) ([]byte, bool, error) {
	switch string(value) {
	case "gone":
		return dst, true, nil
	case "bad":
		return append(dst, "half of i"...), false, errors.New("does not please")
	}
	return append(dst, strings.ToUpper(string(value))...), false, nil
}

func TestReader(t *testing.T) {
	columns := func(spec string) []Column {
		var cs []Column
		for i, c := range spec {
			col := Column{Name: fmt.Sprint("c", i+1)}
			if c == 'm' {
				col.Method = shout
			}
			cs = append(cs, col)
		}
		return cs
	}
	for _, tt := range []struct {
		name, columns, in, want, err string
	}{
		{name: "nothing", columns: "m"},
		{name: "terminator alone", columns: "m", in: "\\.\n", want: "\\.\n"},
		{name: "what follows passes", columns: "m", in: "a\n\\.\n\n\nb\tc", want: "A\n\\.\n\n\nb\tc"},
		{name: "terminator without newline", columns: "m", in: "a\n\\.", want: "A\n\\."},
		{name: "no terminator", columns: "m", in: "a\nb\n", want: "A\nB\n"},
		{name: "first", columns: "m--", in: "a\tb\tc\n", want: "A\tb\tc\n"},
		{name: "middle", columns: "-m-", in: "a\tb\tc\n", want: "a\tB\tc\n"},
		{name: "last", columns: "--m", in: "a\tb\tc\n", want: "a\tb\tC\n"},
		{name: "neighbours", columns: "mm-m", in: "a\tb\tc\td\n", want: "A\tB\tc\tD\n"},
		{name: "empty values", columns: "mm-m", in: "\t\t\t\n", want: "\t\t\t\n"},
		{name: "no columns", columns: "", in: "\n\n\\.\n", want: "\n\n\\.\n"},
		{name: "NULL", columns: "m-", in: "\\N\t\\N\n", want: "\\N\t\\N\n"},
		{name: "NULL from a value", columns: "m-", in: "gone\tx\n", want: "\\N\tx\n"},
		{name: "the string that looks like NULL", columns: "m", in: "\\\\n\n", want: "\\\\N\n"},
		{name: "the string that looks like the end", columns: "m", in: "\\\\.\n", want: "\\\\.\n"},
		{name: "escapes", columns: "m-", in: `a\tb\\c\nd\b\f\r\v` + "\t" + `a\tb\x41` + "\n", want: `A\tB\\C\nD\b\f\r\v` + "\t" + `a\tb\x41` + "\n"},
		{name: "octal and hexadecimal", columns: "m", in: `\141\x62\x6a7\1a\12\0549\xz\q` + "\n", want: "AB" + "J7\x01A\\n,9XZQ\n"},
		{name: "a column that passes is not decoded", columns: "m-", in: "a\tb\\\n", want: "A\tb\\\n"},
		{name: "too few", columns: "--m", in: "a\tb\tc\nsecret\tb\n", want: "a\tb\tC\n", err: "public.t: row 2: column c3: 2 columns instead of 3"},
		{name: "too many", columns: "--m", in: "a\tb\tc\td\n", err: "public.t: row 1: column c3: 4 columns instead of 3"},
		{name: "too many after the last masked", columns: "m-", in: "a\tb\tc\n", err: "public.t: row 1: column c2: 3 columns instead of 2"},
		{name: "too few before a masked one", columns: "----m", in: "a\tb\n", err: "public.t: row 1: column c3: 2 columns instead of 5"},
		{name: "too many in rows that pass", columns: "--", in: "a\tb\n\ta\tb\n", want: "a\tb\n", err: "public.t: row 2: column c2: 3 columns instead of 2"},
		{name: "columns where there are none", columns: "", in: "a\n", err: "public.t: row 1: 1 columns instead of 0"},
		{name: "ends with a backslash", columns: "m-", in: "a\\\\\tb\nsecret\\\tb\n", want: "A\\\\\tb\n", err: "public.t: row 2: column c1: ends with a backslash"},
		{name: "backslash before a newline", columns: "m", in: "secret\\\nb\n", err: "public.t: row 1: column c1: ends with a backslash"},
		{name: "carriage return", columns: "-m", in: "a\tsecret\r\n", err: "public.t: row 1: column c2: has a carriage return that is not escaped"},
		{name: "cut", columns: "m", in: "a\nsecr", want: "A\n", err: "public.t: row 2: unexpected EOF"},
		{name: "cut escape", columns: "m", in: "a\nsecr\\", want: "A\n", err: "public.t: row 2: unexpected EOF"},
		{name: "method", columns: "-m", in: "x\ta\nx\tbad\nx\tb\n", want: "x\tA\n", err: "public.t: row 2: column c2: does not please"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table := &Table{Name: "public.t", Columns: columns(tt.columns)}
			for kind, in := range map[string]io.Reader{
				"whole":         strings.NewReader(tt.in),
				"byte by byte":  iotest.OneByteReader(strings.NewReader(tt.in)),
				"with the end":  iotest.DataErrReader(strings.NewReader(tt.in)),
				"byte and halt": &halting{in: strings.NewReader(tt.in)},
			} {
				got, err := io.ReadAll(iotest.OneByteReader(table.Reader(in)))
				if string(got) != tt.want {
					t.Errorf("%s: %q, want %q", kind, got, tt.want)
				}
				if msg := fmt.Sprint(err); msg != tt.err && (err != nil || tt.err != "") {
					t.Errorf("%s: %s, want %s", kind, msg, tt.err)
				}
			}
		})
	}
}

// halting returns no bytes every other time, as a reader may.
type halting struct {
	in   io.Reader
	halt bool
}

func (h *halting) Read(p []byte) (int, error) {
	if h.halt = !h.halt; h.halt {
		return 0, nil
	}
	return h.in.Read(p[:min(1, len(p))])
}

func TestReaderNone(t *testing.T) {
	table := &Table{Name: "t", None: true, Columns: []Column{{Name: "c", Method: shout}}}
	got, err := io.ReadAll(table.Reader(strings.NewReader("a\nbad\nno\ttable\\\n\\.\n\n\n")))
	if err != nil || string(got) != "\\.\n\n\n" {
		t.Errorf("%q, %v", got, err)
	}
}

// If the input fails, the reader returns the rows before the failure, and then the error.
func TestReaderFailure(t *testing.T) {
	broken := errors.New("connection reset")
	for _, end := range []string{"", "secr"} {
		in := io.MultiReader(strings.NewReader("a\n"+end), iotest.ErrReader(broken))
		got, err := io.ReadAll((&Table{Columns: []Column{{Method: shout}}}).Reader(in))
		if string(got) != "A\n" || !errors.Is(err, broken) {
			t.Errorf("%q, %v", got, err)
		}
	}
	in := io.MultiReader(strings.NewReader("a\n\\.\n"), iotest.ErrReader(broken))
	got, err := io.ReadAll((&Table{Columns: []Column{{Method: shout}}}).Reader(in))
	if string(got) != "A\n\\.\n" || !errors.Is(err, broken) {
		t.Errorf("%q, %v", got, err)
	}
}

// The reader returns rows as they arrive, without waiting for more input.
func TestReaderDoesNotWait(t *testing.T) {
	in, feed := io.Pipe()
	out := (&Table{Columns: []Column{{Method: shout}}}).Reader(in)
	go func() { _, _ = feed.Write([]byte("a\nb")) }()
	p := make([]byte, 10)
	if n, err := out.Read(p); err != nil || string(p[:n]) != "A\n" {
		t.Errorf("%q, %v", p[:n], err)
	}
	_ = feed.Close()
}

// rowsOf repeats one row.
type rowsOf struct {
	row  []byte
	left int // number of rows
	rest []byte
}

func (r *rowsOf) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(r.rest) == 0 {
			if r.left == 0 {
				return n, io.EOF
			}
			r.left--
			r.rest = r.row
		}
		m := copy(p[n:], r.rest)
		n, r.rest = n+m, r.rest[m:]
	}
	return n, nil
}

// The reader allocates memory for the longest row, not for each row.
func TestReaderMemory(t *testing.T) {
	columns := userColumns(t, nil)
	for i := range columns {
		columns[i].Method = same
	}
	row := bytes.Replace(userRows(1), []byte("Maria"), []byte(`M\\r\n`), 1)
	allocs := func(rows int) float64 {
		return testing.AllocsPerRun(3, func() {
			table := &Table{Name: "users", Columns: columns}
			if _, err := io.Copy(discard{}, table.Reader(&rowsOf{row: row, left: rows})); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, many := allocs(1000), allocs(5000); many > few+50 {
		t.Errorf("%.0f allocations for 1000 rows, %.0f for 5000", few, many)
	}

	// One row of 8 MB among small ones.
	long := strings.Repeat("x", 8<<20)
	table := &Table{Columns: []Column{{Method: same}}}
	r := table.Reader(io.MultiReader(&rowsOf{row: []byte("small\n"), left: 100_000}, strings.NewReader(long+"\n"), &rowsOf{row: []byte("small\n"), left: 100_000}))
	n, err := io.Copy(io.Discard, r)
	if err != nil || n != int64(1_200_000+len(long)+1) {
		t.Errorf("%d bytes, %v", n, err)
	}
	inner, ok := r.(*reader)
	if !ok || cap(inner.buf) > 17<<20 || cap(inner.out) > 17<<20 {
		t.Errorf("%d bytes in and %d out", cap(inner.buf), cap(inner.out))
	}
}
