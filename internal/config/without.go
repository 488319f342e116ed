package config

import (
	"maps"
	"slices"
	"strings"
)

// Without returns what a restore leaves out, as given with --without: KIND, or
// KIND:NAME. given are those of the flag, to which hectl.yml adds.
func (s *Sources) Without(given []string) []Value {
	var values []Value
	for _, text := range given {
		values = append(values, Value{text, "--without"})
	}
	for _, kind := range slices.Sorted(maps.Keys(s.file.Without)) {
		l := s.file.Without[kind]
		kind = strings.ReplaceAll(kind, "_", "-")
		if l.all {
			values = append(values, Value{kind, s.path})
		}
		for _, name := range l.names {
			values = append(values, Value{kind + ":" + name, s.path})
		}
	}
	return values
}

// KeepRows returns the tables whose rows are restored although they are on the list
// of those without. given are those of the flag, to which hectl.yml adds.
func (s *Sources) KeepRows(given []string) []Value {
	var values []Value
	for _, text := range given {
		values = append(values, Value{text, "--keep-rows"})
	}
	for _, text := range s.file.KeepRows {
		values = append(values, Value{text, s.path})
	}
	return values
}
