package schedule

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShellCommands(t *testing.T) {
	t.Parallel()
	env := func(name string) string { return map[string]string{"A": "x y", "B_2": "b"}[name] }
	for line, want := range map[string][]shellCommand{
		"":                                  nil,
		"a b\tc":                            {{"a", "b", "c"}},
		"a 'b c' \"d e\"f ''":               {{"a", "b c", "d ef", ""}},
		`a b\ c \"d\" "e\"f\g" 'h\'`:        {{"a", "b c", `"d"`, `e"f\g`, `h\`}},
		"a; b && c || d | e & (f)":          {{"a"}, {"b"}, {"c"}, {"d"}, {"e"}, {"f"}},
		"a 1>/dev/null 2>&1 b 0<in 2> x 3":  {{"a", "b", "3"}},
		"a >>log b2>x":                      {{"a", "b2"}},
		"a # the rest":                      {{"a"}},
		"a#b '#'":                           {{"a#b", "#"}},
		`$A ${B_2}c "$A" '$A' \$A $ $1 "$"`: {{"x y", "bc", "x y", "$A", "$A", "$", "$1", "$"}},
		"--x=$A/y":                          {{"--x=x y/y"}},
		"$NOT_SET a":                        {{"", "a"}},
	} {
		got, err := shellCommands(line, env)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%q: %v, -want +got:\n%s", line, err, diff)
		}
	}
	for line, want := range map[string]error{
		"a $(b)": errSubstitution, "a \"`b`\"": errSubstitution, "a `b`": errSubstitution, "a \"$(b)\"": errSubstitution,
		"a 'b": errUnclosed, `a "b`: errUnclosed,
	} {
		if _, err := shellCommands(line, env); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", line, err, want)
		}
	}
	for _, line := range []string{"${A:-b}", "${A", "${1}"} {
		if got, err := shellCommands(line, env); err == nil {
			t.Errorf("%q: got %q", line, got)
		}
	}
}
