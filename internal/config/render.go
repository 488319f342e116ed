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

// Printable reports whether every character of text is visible. Other characters can
// affect a terminal, and YAML does not preserve them.
func Printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

// Render returns a hectl.yml with the settings in the given order. It omits settings
// without a value.
func Render(settings []Setting) ([]byte, error) {
	var b strings.Builder
	b.WriteString("# hectl's settings for everyone on the project. \"hectl doctor\" shows the values in\n# effect. Do not put passwords or keys here.\n")
	for _, s := range settings {
		if s.Text == "" {
			continue
		}
		if !Printable(s.Text) {
			return nil, fault.New(fault.Usage, "", "write %s: %s has invisible characters", s.Name, fault.Quote(s.Text))
		}
		var value any = s.Text
		if on, err := strconv.ParseBool(s.Text); err == nil && s.Name == "path-style" {
			value = on
		}
		text, err := yaml.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", s.Name, err)
		}
		fmt.Fprintf(&b, "%s: %s", strings.ReplaceAll(s.Name, "-", "_"), text)
	}
	if _, err := parse([]byte(b.String())); err != nil {
		return nil, fmt.Errorf("write %s: %w", FileName, err)
	}
	return []byte(b.String()), nil
}
