//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
)

// The markers around the table in the document.
const (
	tableBegin = "<!-- written by \"make faults\" -->\n"
	tableEnd   = "<!-- end -->\n"
)

// table renders the allowed results of the rows, which are the actual ones if all rows
// passed. The number of runs with each result depends on the machine, and is only printed.
func table() string {
	var b strings.Builder
	for _, command := range []string{backup, fetch, refresh} {
		about := map[string]string{
			backup: "| fault | runs | exit | left in the bucket, besides complete dumps |\n|---|---|---|---|\n",
			fetch:  "| fault | runs | exit | left on the server, besides the target |\n|---|---|---|---|\n",
			refresh: "There is a snapshot of an older dump. Unless the fetch replaces the target, that snapshot is\n" +
				"unchanged, and the next fetch refreshes it. A fault with several runs strikes at these steps, or\n" +
				"at some of them:\n\n" + stepNames() + "\n\n" +
				"| fault | runs | exit | left on the server, besides the target and a snapshot |\n|---|---|---|---|\n",
		}[command]
		fmt.Fprintf(&b, "\n### hectl %s\n\n%s", command, about)
		for _, r := range rows() {
			if r.command == command {
				fmt.Fprintf(&b, "| %s | %d | %s | %s |\n", r.fault, max(r.points, 1), r.exits(), r.remains())
			}
		}
	}
	return b.String() + "\n"
}

func (r row) exits() string {
	var names []string
	for _, code := range r.codes {
		names = append(names, codeName(code))
	}
	if len(names) < 2 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

func (r row) remains() string {
	var parts []string
	if r.outcome != "" {
		parts = append(parts, r.outcome)
	}
	for _, l := range []struct {
		what leftovers
		text string
	}{
		{tempDatabase, "at most a temp database, which the next fetch drops and reports"},
		{tempFiles, "a file with the schema in TMPDIR, which the next fetch removes and reports"},
		{openUpload, "at most two open uploads, which `prune --uploads` aborts after a day"},
	} {
		if r.leaves&l.what != 0 {
			parts = append(parts, l.text)
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ")
}

// writeTable writes the table into the document.
func writeTable(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text, err = withTable(text)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, text, 0o644)
}

func withTable(text []byte) ([]byte, error) {
	before, rest, ok := bytes.Cut(text, []byte(tableBegin))
	_, after, ended := bytes.Cut(rest, []byte(tableEnd))
	if !ok || !ended {
		return nil, fmt.Errorf("no place for the table between %q and %q", tableBegin, tableEnd)
	}
	return slices.Concat(before, []byte(tableBegin), []byte(table()), []byte(tableEnd), after), nil
}
