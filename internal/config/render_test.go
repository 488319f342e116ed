package config

import (
	"strings"
	"testing"
)

// Every value is either read back unchanged or refused.
func TestRenderKeepsValues(t *testing.T) {
	for text, writes := range map[string]bool{
		"app_dev": true, "it's: a # b": true, "\"x\\y\"": true, "- a": true, "&a *a": true, "true": true, "0x1F": true, "ünï 漢": true, "{a: b}": true,
		"a\nafter_restore: [[x]]": false, "\tx": false, "x\r": false, "\x1b]0;x\x07": false, "a\u202eb": false, "\x00": false, "\n": false, "a\xffb": false,
	} {
		content, err := Render([]Setting{{"target", Value{text, "--target"}}, {"region", Value{"eu-west-1", "--region"}}})
		if (err == nil) != writes {
			t.Errorf("%q: %v", text, err)
		}
		if err != nil {
			if !Printable(strings.ReplaceAll(err.Error(), "\n", "")) {
				t.Errorf("%q: %q", text, err)
			}
			continue
		}
		if f, err := parse(content); err != nil || f.Target != text || f.Region != "eu-west-1" || len(f.AfterRestore) > 0 {
			t.Errorf("%q: %+v, %v", text, f, err)
		}
	}
}
