package config

import (
	"strings"
)

// Notify resolves the URLs that are told how a run ended, unparsed: given are
// those of --notify; HECTL_NOTIFY holds them with spaces between. They are
// secrets, and printed nowhere.
func (s *Sources) Notify(given []string) ([]Value, error) {
	texts, origin := given, "--notify"
	if len(texts) == 0 {
		texts, origin = strings.Fields(s.env["HECTL_NOTIFY"]), "HECTL_NOTIFY"
	}
	if len(texts) == 0 {
		texts, origin = s.file.Notify, s.path
	}
	var urls []Value
	for _, text := range texts {
		if err := (Flags{"notify": text}).check(); err != nil {
			return nil, err
		}
		urls = append(urls, Value{text, origin})
	}
	return urls, nil
}
