package config

import (
	"maps"
	"slices"
	"strings"
)

// Without returns the entries that a restore leaves out, in the form of --without: KIND
// or KIND:NAME. given are the values of the flag; hectl.yml adds to them.
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

// Snapshot reports whether a fetch keeps a snapshot. given reports whether the flag was
// given, flag its value.
func (s *Sources) Snapshot(flag, given bool) bool { return flag || !given && s.file.Snapshot }

// KeepRows returns the tables that are restored with their rows although their rows are
// left out by default. given are the values of the flag; hectl.yml adds to them.
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
