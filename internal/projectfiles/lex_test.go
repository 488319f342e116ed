package projectfiles

import (
	"fmt"
	"strings"
	"testing"
)

// spell returns the tokens as KIND:TEXT@LINE.
func spell(tokens []token) string {
	names := map[kind]string{word: "word", text: "text", mixed: "mixed", punct: "punct"}
	var all []string
	for _, t := range tokens {
		all = append(all, fmt.Sprintf("%s:%s@%d", names[t.kind], t.text, t.line))
	}
	return strings.Join(all, " ")
}

func TestLex(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, source string
		comments     comments
		want         string
	}{
		{"words and punctuation", "os.environ.get(1)", hash(), "word:os.environ.get@3 punct:(@3 word:1@3 punct:)@3"},
		{"lines", "a\n\nb", hash(), "word:a@3 word:b@5"},
		{"a comment of Ruby", "a # b\nc", hash(), "word:a@3 word:c@4"},
		{"comments of PHP", "a // b\n# c\n/* d\n */ e", php(), "word:a@3 word:e@6"},
		{"no comment in JSON", "a # b", slashes(), "word:a@3 punct:#@3 word:b@3"},
		{"escaped quotes", `'it\'s' "a\"b"`, hash(), `text:it's@3 text:a"b@3`},
		{"another escape", `"a\nb"`, hash(), "mixed:anb@3"},
		{"code in a string", `"a#{b}" '#{b}' "$c"`, hash(), "mixed:a#{b}@3 text:#{b}@3 mixed:$c@3"},
		{"a shell command", "`id`", hash(), "mixed:id@3"},
		{"prefixes of Python", `r"a" f"b"`, hash(), "text:a@3 mixed:b@3"},
		{"a docstring", `"""a "b" c""" d`, hash(), "mixed:@3 word:d@3"},
		{"an open string", "'a\nb", hash(), "mixed:@3 word:b@4"},
		{"operators", "a || b ?? c => d&.e", hash(), "word:a@3 punct:||@3 word:b@3 punct:??@3 word:c@3 punct:=>@3 word:d@3 punct:&.@3 word:e@3"},
	} {
		if got := spell(lex(tt.source, 3, tt.comments)); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}
