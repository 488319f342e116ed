package console

import (
	"bytes"
	stdjson "encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestInvisibleCharactersAreEscaped(t *testing.T) {
	const name = "a\u202eb\u200bc\ufeffd\u2028e\u2066f\U000e0041g\u00adh\u009bi\x7fj日本ä"
	for _, json := range []bool{false, true} {
		var stdout, stderr bytes.Buffer
		c := New(Options{Stdout: &stdout, Stderr: &stderr, Now: time.Now})
		c.SetMode(false, false, json)
		if json {
			if err := c.SetLogFormat("json"); err != nil {
				t.Fatal(err)
			}
		}
		c.Say("table %s", name)
		c.Fail(fault.New(fault.Usage, "drop "+name, "no %s", name))
		if err := c.Result(named{name}); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{stdout.String(), stderr.String(), Clean(name)} {
			for _, r := range text {
				if strings.ContainsRune("\u202e\u200b\ufeff\u2028\u2066\U000e0041\u00ad\u009b\x7f", r) {
					t.Errorf("json %v: %U in %q", json, r, text)
				}
			}
			if !strings.Contains(text, `a\u202eb\u200bc\ufeffd`) || !strings.Contains(text, "日本ä") || !strings.Contains(text, `\udb40\udc41g`) {
				t.Errorf("json %v: %q", json, text)
			}
		}
		if json {
			var got named
			if err := stdjson.Unmarshal(stdout.Bytes(), &got); err != nil || got.Name != name {
				t.Errorf("%q, %v", got.Name, err)
			}
		}
	}
}

// named is a result that contains a name.
type named struct{ Name string }

func (n named) Text() string { return "name " + n.Name }
