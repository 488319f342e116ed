package rows

import "testing"

func TestPicks(t *testing.T) {
	for _, tt := range []struct {
		where *Where
		row   string
		want  bool
	}{
		{nil, "a\tb", true},
		{&Where{Column: 0, Value: "a"}, "a\tb", true},
		{&Where{Column: 1, Value: "a"}, "a\tb", false},
		{&Where{Column: 1, Value: "a\tb"}, `x` + "\t" + `a\tb`, true},
		{&Where{Column: 2, Value: "b"}, "a\tb", false},
	} {
		if got := tt.where.picks([]byte(tt.row)); got != tt.want {
			t.Errorf("%+v of %q: %t", tt.where, tt.row, got)
		}
	}
}

func TestMasks(t *testing.T) {
	table := &Table{Columns: []Column{{Name: "a", Method: shout}, {Name: "b"}, {Name: "c", Method: shout, Where: &Where{Column: 0, Value: "x"}}}}
	for name, want := range map[string]bool{"a": true, "b": false, "c": false, "d": false} {
		if got := table.Masks(name); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
	if (*Table)(nil).Masks("a") {
		t.Error("no table masks a column")
	}
}
