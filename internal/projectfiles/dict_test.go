package projectfiles

import "testing"

func TestDict(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		source string
		state  state
		text   string
	}{
		{"PHP", `return ['a' => ['key' => 'x', 'b' => ['key' => 'y']]]`, known, "x"},
		{"PHP, array()", `return array('a' => array('key' => 'x'))`, known, "x"},
		{"Python", `return = {"a": {"key": "x"}}`, known, "x"},
		{"Python, dict()", `return = dict({"a": {"key": "x"}})`, unset, ""},
		{"a key of an inner bracket", `return ['a' => ['b' => ['key' => 'y']]]`, unset, ""},
		{"a key of an outer bracket", `return ['a' => [], 'key' => 'z']`, unset, ""},
		{"an expression", `return ['a' => ['key' => run(), 'b' => 1]]`, unknown, ""},
		{"a later return", `return 1; return ['a' => ['key' => 'x']]`, known, "x"},
	} {
		d := dict{tokens: lex(tt.source, 1, php())}
		got := d.after("return", "a").child("a").value("key")
		if got.state != tt.state || got.state == known && got.Text != tt.text {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}
