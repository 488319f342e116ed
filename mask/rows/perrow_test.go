package rows

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/test/masktest"
)

// drawingTable returns a masked table of people, with or without a primary key.
func drawingTable(t *testing.T, keyed bool, seed methods.Seed, specs map[string]methods.Spec) *Table {
	t.Helper()
	names := []string{"id", "photo", "gender", "born", "weight", "about", "tags", "traits", "mail"}
	masked := &Table{Name: "public.people"}
	if keyed {
		masked.Key = []int{0}
	}
	for i, typ := range []string{"bigint", "bytea", "text", "date", "numeric", "text", "text[]", "jsonb", "text"} {
		c := Column{Name: names[i]}
		if spec, ok := specs[c.Name]; ok {
			var err error
			if c.Method, err = methods.New(spec, seed, methods.Column{Type: masktest.Type(typ), Encoding: "UTF8"}); err != nil {
				t.Fatal(err)
			}
			facts, _ := methods.FactsOf(spec.Name)
			c.PerRow, c.Blind, c.Scope = facts.PerRow, facts.IgnoresValue(masktest.Type(typ)), []byte("people\x00"+c.Name+"\x00")
		}
		masked.Columns = append(masked.Columns, c)
	}
	return masked
}

func drawingSpecs() map[string]methods.Spec {
	return map[string]methods.Spec{
		"gender": {Name: "one_of", Texts: []string{"Male", "Female"}}, "born": {Name: "shift_days", Number: 180}, "weight": {Name: "noise", Number: 20},
		"about": {Name: "lorem"}, "tags": {Name: "one_of", Texts: []string{"a", "b", "c"}}, "traits": {Name: "json"}, "mail": {Name: "hash"},
	}
}

// people returns rows that are equal except for their ids. Every fifth is a long row.
func people(n int) []string {
	var rows []string
	for i := range n {
		photo := `\\x00`
		if i%5 == 4 {
			photo += strings.Repeat("0a", longRow)
		}
		rows = append(rows, fmt.Sprintf("%d\t%s\tMale\t1980-05-17\t70.5\tNeeds size four\t{x,y}\t{\"race\": \"white\"}\tm@x.org\n", 100-i, photo))
	}
	return rows
}

func readAll(t *testing.T, r io.Reader) []byte {
	t.Helper()
	got, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// In columns with few distinct values, each row has its own draw. A row has the same draw
// in every run with the same seed, even if the rows arrive in different pieces.
func TestRowsDraw(t *testing.T) {
	rows := people(60)
	whole := strings.Join(rows, "")
	for _, keyed := range []bool{true, false} {
		table := drawingTable(t, keyed, testSeed, drawingSpecs())
		got := readAll(t, table.Reader(strings.NewReader(whole)))
		if again := readAll(t, drawingTable(t, keyed, testSeed, drawingSpecs()).Reader(strings.NewReader(whole))); !bytes.Equal(got, again) {
			t.Error("another run with the same seed draws something else")
		}
		if other := readAll(t, drawingTable(t, keyed, methods.NewSeed([]byte("another")), drawingSpecs()).Reader(strings.NewReader(whole))); bytes.Equal(got, other) {
			t.Error("another seed draws the same")
		}
		seen := make([]map[string]int, len(table.Columns))
		for row := range strings.Lines(string(got)) {
			for i, field := range strings.Split(strings.TrimSuffix(row, "\n"), "\t") {
				if seen[i] == nil {
					seen[i] = map[string]int{}
				}
				seen[i][field]++
			}
		}
		for i, least := range map[int]int{2: 2, 3: 30, 4: 50, 5: 20, 6: 5, 7: 3} {
			if len(seen[i]) < least {
				t.Errorf("keyed %t: %s has %d values: %v", keyed, table.Columns[i].Name, len(seen[i]), seen[i])
			}
		}
		if m := seen[2]["Male"]; m < 15 || m > 45 {
			t.Errorf("keyed %t: %d of %d are as they were", keyed, m, len(rows))
		}
		if len(seen[8]) != 1 {
			t.Errorf("equal values have become %d: %v", len(seen[8]), seen[8])
		}

		var pieces []byte
		for at := 0; at < len(rows); at += 7 {
			some := strings.Join(rows[at:min(at+7, len(rows))], "")
			if at%2 == 0 {
				var err error
				if pieces, err = table.Rows(pieces, []byte(some), int64(at)); err != nil {
					t.Fatal(err)
				}
				continue
			}
			pieces = append(pieces, readAll(t, table.ReaderAfter(strings.NewReader(some), int64(at)))...)
		}
		if !bytes.Equal(got, pieces) {
			t.Errorf("keyed %t: differs when the rows arrive in pieces, at byte %d", keyed, masktest.FirstDifference(got, pieces))
		}
	}
}

// With a primary key, a row has the same draw anywhere in the table, and thus in tomorrow's
// dump.
func TestKeyedRowsDrawAnywhere(t *testing.T) {
	rows := people(20)
	table := drawingTable(t, true, testSeed, drawingSpecs())
	first := readAll(t, table.Reader(strings.NewReader(rows[7])))
	if again := readAll(t, table.ReaderAfter(strings.NewReader(rows[7]), 1000)); !bytes.Equal(first, again) {
		t.Errorf("%q, then %q", first, again)
	}
}
