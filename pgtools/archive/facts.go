package archive

import (
	"regexp"
	"strings"
)

var encodingStatement = regexp.MustCompile(`^SET client_encoding = '([A-Za-z0-9_]+)';\n$`)

// Encoding returns the encoding of the archive's text, such as "UTF8", or ""
// when the archive does not say.
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

// StandardStrings returns the setting standard_conforming_strings of the archive's
// text: whether a backslash in a string is just that. said is false when the
// archive does not say.
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

// SearchPath returns the search_path with which the archive's definitions are to
// be run, as set_config takes it.
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

// Tables returns how many tables have data in the archive. A table whose data
// was excluded, or a partitioned parent, does not count.
func (h *Head) Tables() int {
	n := 0
	for _, e := range h.Entries {
		if e.Desc == "TABLE DATA" {
			n++
		}
	}
	return n
}

// Indexes returns how many objects are built after the data is in: indexes,
// keys and constraints. It is a measure of the work left, not an exact count.
func (h *Head) Indexes() int {
	n := 0
	for _, e := range h.Entries {
		if e.Section == SectionPostData && (e.Desc == "INDEX" || strings.HasSuffix(e.Desc, "CONSTRAINT")) {
			n++
		}
	}
	return n
}

// ByID returns the entries by their dump ids.
func (h *Head) ByID() map[int]*Entry {
	entries := make(map[int]*Entry, len(h.Entries))
	for i := range h.Entries {
		entries[h.Entries[i].ID] = &h.Entries[i]
	}
	return entries
}

// InSection returns the entries that "pg_restore --section" restores with a
// section. An entry of no section, such as a comment or a privilege, belongs to
// that of the entries before it. From PostgreSQL 17 on the data section has
// such entries as well: comments and privileges of large objects.
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
