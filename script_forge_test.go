package main

import (
	"bytes"
	"os"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// forge FILE ENTRY FIELD TEXT writes to standard output the archive in FILE with
// another definition or COPY statement (FIELD) of the first entry that is called so,
// such as "TABLE public.users".
func cmdForge(ts *testscript.TestScript, _ bool, args []string) {
	name, entry, field, text := args[0], args[1], args[2], args[3]
	data, err := os.ReadFile(ts.MkAbs(name))
	ts.Check(err)
	head, err := archive.ReadHead(bytes.NewReader(data))
	ts.Check(err)
	found := false
	raw, err := archive.Rewrite(data[:head.Length], head, func(e *archive.Entry) archive.Edit {
		switch {
		case found || e.String() != entry:
			return archive.Edit{}
		case field == "copy":
			found = true
			return archive.Edit{Copy: text}
		}
		found = true
		return archive.Edit{Definition: text}
	})
	ts.Check(err)
	if !found {
		ts.Fatalf("there is no entry %s", entry)
	}
	_, err = ts.Stdout().Write(append(raw, data[head.Length:]...))
	ts.Check(err)
}
