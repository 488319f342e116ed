package config

import (
	"strings"
)

// Notify resolves the notification URLs, unparsed. given are the values of --notify.
// HECTL_NOTIFY contains URLs separated by spaces. The URLs are secrets and must not be
// printed.
func (s *Sources) Notify(given []string) ([]Value, error) {
	texts, origin := given, "--notify"
	if len(texts) == 0 {
		texts, origin = strings.Fields(s.env["HECTL_NOTIFY"]), "HECTL_NOTIFY"
	}
	if len(texts) == 0 {
		texts, origin = s.file.Notify, s.path
	}
	var values []Value
	for _, text := range texts {
		if err := (Flags{"notify": text}).check(); err != nil {
			return nil, err
		}
		values = append(values, Value{text, origin})
	}
	return values, nil
}
