package config

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Printable reports whether all of a text can be seen. Others may do something to a
// terminal, and do not come back from YAML as they were.
func Printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

// Compose returns the text of a hectl.yml that holds the settings, in their
// order, by the names that they have there. Those without a value are left out.
func Compose(settings []Named) ([]byte, error) {
	var b strings.Builder
	b.WriteString("# Settings of hectl for everyone who works here: \"hectl doctor\" shows what is in\n# effect. Passwords and keys do not belong in it.\n")
	for _, s := range settings {
		if s.Text == "" {
			continue
		}
		if !Printable(s.Text) {
			return nil, fault.New(fault.Usage, "", "write %s: %s has characters that cannot be seen", s.Name, fault.Quote(s.Text))
		}
		var said any = s.Text
		if on, err := strconv.ParseBool(s.Text); err == nil && s.Name == "path-style" {
			said = on
		}
		value, err := yaml.Marshal(said)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", s.Name, err)
		}
		fmt.Fprintf(&b, "%s: %s", strings.ReplaceAll(s.Name, "-", "_"), value)
	}
	if _, err := parse([]byte(b.String())); err != nil {
		return nil, fmt.Errorf("write %s: %w", FileName, err)
	}
	return []byte(b.String()), nil
}
