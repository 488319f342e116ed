package rows

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/test/masktest"
)

// endless generates text of any length as it is read.
type endless struct{ left int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), e.left))
	p[0] = 'a'
	for i := 1; i < n; i *= 2 {
		copy(p[i:n], p[:i])
	}
	e.left -= int64(n)
	return n, nil
}

// A long row that arrives in pieces of any size is masked like a short one.
func TestLongRows(t *testing.T) {
	table := drawingTable(t, true, testSeed, map[string]methods.Spec{"gender": {Name: "one_of", Texts: []string{"x", "y"}}, "about": {Name: "lorem"}, "mail": {Name: "null"}, "tags": {Name: "value", Text: "{}"}})
	long := strings.Repeat("ab", longRow)
	for name, row := range map[string]string{
		"kept":                "1\tLONG\tMale\t1980-05-17\t1\tNeeds\t{x}\t{}\tm\n",
		"after a masked one":  "1\tb\tMale\t1980-05-17\t1\tNeeds\t{x}\tLONG\tm\n",
		"NULLs":               "1\tLONG\t\\N\t1980-05-17\t1\t\\N\t\\N\t{}\t\\N\n",
		"a value to leave":    "1\tb\tMale\t1980-05-17\t1\tNeeds\t{x}\t{}\tLONG\n",
		"one that is fixed":   "1\tb\tMale\t1980-05-17\t1\tNeeds\tLONG\t{}\tm\n",
		"escapes":             "1\tLONG\\\\\\n\tMa\\tle\t1980-05-17\t1\tNe\\neds\t{x}\t{}\tm\n",
		"empty ones":          "1\tLONG\t\t\t\t\t\t\t\n",
		"several of them":     "1\tLONG\tMale\tLONG\tLONG\tNeeds\t{x}\tLONG\tm\n",
		"a number that is no": "\\N\tLONG\tMale\t1980-05-17\t1\tNeeds\t{x}\t{}\tm\n",
	} {
		in := "0\tb\tMale\t1980-05-17\t1\tNeeds\t{x}\t{}\tm\n" + strings.ReplaceAll(row, "LONG", long) + "2\tb\tMale\t1980-05-17\t1\tNeeds\t{x}\t{}\tm\n\\.\n\n"
		m := newMasker(table, 0)
		for line := range strings.Lines(in[:strings.LastIndex(in, "\\.")]) {
			if err := m.mask([]byte(strings.TrimSuffix(line, "\n"))); err != nil {
				t.Fatal(err)
			}
		}
		want := string(m.out) + "\\.\n\n"
		for kind, r := range map[string]io.Reader{"whole": strings.NewReader(in), "halves": iotest.HalfReader(strings.NewReader(in)), "with the end": iotest.DataErrReader(strings.NewReader(in))} {
			got := readAll(t, table.Reader(r))
			if string(got) != want {
				t.Errorf("%s, %s: differs at byte %d of %d", name, kind, masktest.FirstDifference(got, []byte(want)), len(want))
			}
		}
	}
}

// Malformed long rows produce the same errors as malformed short ones.
func TestLongRowsThatAreWrong(t *testing.T) {
	table := &Table{Name: "public.t", Columns: []Column{{Name: "c1"}, {Name: "c2", Method: shout}, {Name: "c3"}}}
	long := strings.Repeat("ab", longRow)
	for row, want := range map[string]string{
		"LONG\tb\n":         "public.t: row 2: column c3: 2 columns instead of 3",
		"LONG\tb\tc\td\n":   "public.t: row 2: column c3: 4 columns instead of 3",
		"LONG\tb\\\tc\n":    "public.t: row 2: column c2: ends with a backslash",
		"LONG\tbad\tc\n":    "public.t: row 2: column c2: does not please",
		"LONG\tb\tc":        "public.t: row 2: unexpected EOF",
		"LONG":              "public.t: row 2: unexpected EOF",
		"LONG\tb\r\tLONG\n": "public.t: row 2: column c2: has a carriage return that is not escaped",
	} {
		_, err := io.Copy(io.Discard, table.Reader(strings.NewReader("a\tb\tc\n"+strings.ReplaceAll(row, "LONG", long))))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	broken := io.MultiReader(strings.NewReader("a\tb\tc\n"+long), iotest.ErrReader(io.ErrClosedPipe))
	if _, err := io.Copy(io.Discard, table.Reader(broken)); err != io.ErrClosedPipe { //nolint:errorlint // it passes unchanged
		t.Error(err)
	}
}

// Unmasked columns and omitted rows take no memory. Values and rows above the limits are
// refused without first reading them into memory.
func TestMemoryOfLongRows(t *testing.T) {
	columns := func(methods ...Column) *Table { return &Table{Name: "public.files", Columns: methods} }
	name := Column{Name: "name", Method: shout}
	gone := Column{Name: "data", Method: methods.Constant(""), Blind: true}
	for _, tt := range []struct {
		what   string
		table  *Table
		length int64
		want   string
	}{
		{"kept", columns(Column{Name: "data"}, name), 300 << 20, ""},
		{"empty", columns(gone, name), 300 << 20, ""},
		{"left out", &Table{Name: "public.files", None: true, Columns: []Column{{Name: "data"}, {Name: "name"}}}, 300 << 20, ""},
		{"masked", columns(Column{Name: "data", Method: shout}, name), 300 << 20, "public.files: row 1: column data: a value of more than 32 MiB cannot be masked: hectl would have to hold it in memory"},
		{"one row of 4 GiB", columns(Column{Name: "data"}, name), 4 << 30, "public.files: row 1: column data: the row is larger than 1 GiB, the Postgres limit"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := io.Copy(io.Discard, tt.table.Reader(io.MultiReader(&endless{tt.length}, strings.NewReader("\tx\n"))))
		runtime.ReadMemStats(&after)
		if got := message(err); got != tt.want {
			t.Errorf("%s: %s", tt.what, got)
		}
		if tt.what == "masked" && len(fault.Hints(err)) != 1 {
			t.Errorf("%s: %q", tt.what, fault.Hints(err))
		}
		most := uint64(8 << 20)
		if tt.what == "masked" {
			most = 8 * maxValue // all buffers allocated while the value grows
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > most {
			t.Errorf("%s: %d bytes", tt.what, used)
		}
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// A long row can be selected by the value of another column if that column comes first.
func TestLongRowsThatAreChosen(t *testing.T) {
	long := strings.Repeat("ab", longRow)
	always := Column{Name: "c2", Method: shout, Where: &Where{Column: 0, Value: "a\tb"}}
	table := &Table{Name: "public.t", Columns: []Column{{Name: "c1"}, always, {Name: "c3"}}}
	for in, want := range map[string]string{"a\\tb\tx\t" + long + "\n": "a\\tb\tX\t" + long + "\n", "b\tx\t" + long + "\n": "b\tx\t" + long + "\n"} {
		if got := readAll(t, table.Reader(strings.NewReader(in))); !bytes.Equal(got, []byte(want)) {
			t.Errorf("%.20q", got)
		}
	}
	table.Columns[1].Where = &Where{Column: 2, Value: "a"}
	if _, err := io.Copy(io.Discard, table.Reader(strings.NewReader("a\tx\t"+long+"\n"))); err == nil || !strings.Contains(err.Error(), ", comes later") {
		t.Error(err)
	}
}
