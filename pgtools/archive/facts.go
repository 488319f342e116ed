package archive

import (
	"regexp"
	"strings"
)

// The statements are matched as a whole. Their form is fixed, so they need no SQL parser.
// Package schema has one, but imports this package.
var encodingStatement = regexp.MustCompile(`^SET client_encoding = '([A-Za-z0-9_]+)';\n$`)

// Encoding returns the encoding of the archive's text, such as "UTF8", or "" if the archive
// does not specify it.
func (h *Head) Encoding() string {
	for _, e := range h.Entries {
		if e.Desc != "ENCODING" {
			continue
		}
		if m := encodingStatement.FindStringSubmatch(e.Definition); m != nil {
			return m[1]
		}
	}
	return ""
}

var stringsStatement = regexp.MustCompile(`^SET standard_conforming_strings = '(on|off)';\n$`)

// StandardStrings returns the setting standard_conforming_strings of the archive's text. If
// it is on, a backslash in a string is an ordinary character. said is false if the archive
// does not specify the setting.
func (h *Head) StandardStrings() (on, said bool) {
	for _, e := range h.Entries {
		if e.Desc != "STDSTRINGS" {
			continue
		}
		if m := stringsStatement.FindStringSubmatch(e.Definition); m != nil {
			on, said = m[1] == "on", true
		}
	}
	return on, said
}

var pathStatement = regexp.MustCompile(`^SELECT pg_catalog\.set_config\('search_path', '((?:[^'\\]|'')*)', false\);\n$`)

// SearchPath returns the search_path for the archive's definitions, as an argument of
// set_config.
func (h *Head) SearchPath() string {
	for _, e := range h.Entries {
		if e.Desc != "SEARCHPATH" {
			continue
		}
		if m := pathStatement.FindStringSubmatch(e.Definition); m != nil {
			return strings.ReplaceAll(m[1], "''", "'")
		}
	}
	return ""
}

// Tables returns the number of tables with data in the archive. It does not count
// partitioned tables and tables whose data was excluded.
func (h *Head) Tables() int {
	n := 0
	for _, e := range h.Entries {
		if e.Desc == "TABLE DATA" {
			n++
		}
	}
	return n
}

// Indexes returns the number of indexes, keys and constraints that are created after
// the rows. It is an estimate of the work, not an exact count.
func (h *Head) Indexes() int {
	n := 0
	for _, e := range h.Entries {
		if e.Section == SectionPostData && (e.Desc == "INDEX" || strings.HasSuffix(e.Desc, "CONSTRAINT")) {
			n++
		}
	}
	return n
}

// ByID returns the entries by dump id.
func (h *Head) ByID() map[int]*Entry {
	entries := make(map[int]*Entry, len(h.Entries))
	for i := range h.Entries {
		entries[h.Entries[i].ID] = &h.Entries[i]
	}
	return entries
}

// InSection returns the entries that "pg_restore --section" restores for a section. An
// entry without a section, such as a comment or a privilege, belongs to the section of the
// entry before it. From PostgreSQL 17 on, this puts the comments and privileges of large
// objects in the data section.
func (h *Head) InSection(section Section) []*Entry {
	var entries []*Entry
	current := SectionPreData
	for i := range h.Entries {
		e := &h.Entries[i]
		if e.Section != SectionNone {
			current = e.Section
		}
		if current == section {
			entries = append(entries, e)
		}
	}
	return entries
}
