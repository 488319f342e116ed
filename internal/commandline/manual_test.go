package commandline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/commandline"
)

func TestManual(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man")
	m := commandline.Manual{
		Version: "1.2", Date: "2026-01-02", Categories: []string{"Database", "Bucket", "Output"}, Common: "Output", SeeAlso: []string{"pg_dump"},
	}
	if err := m.Write(newApp(), dir); err != nil {
		t.Fatal(err)
	}
	for page, parts := range map[string][]string{
		"hectl": {`.SH NAME
hectl \- back up a database
`, `hectl\-backup(1): dump a database to the bucket.
`, `About all of it.
`, `.SH SEE ALSO
.BR hectl (1),
.BR pg_dump (1)
`},
		"hectl-backup": {`.TH HECTL\-BACKUP 1 "2026-01-02" "hectl 1.2" "hectl's manual"
.SH NAME
hectl\-backup \- dump a database to the bucket
.SH SYNOPSIS
.B hectl backup [options]
.br
.B hectl backup \[u2026]
.SH DESCRIPTION
First paragraph
of \-\- two lines.
.PP
.nf
A line to type:
\&.\ex
.fi
.SH EXAMPLES
.nf
hectl backup
.fi
.SH OPTIONS: Database
`, `.TP
\fB\-\-compress\fR, \fB\-Z\fR \fIMETHOD[:LEVEL]\fR
METHOD[:LEVEL] as for pg_dump
`, `.SH EXIT STATUS
.TP
.B 0
done
.TP
.B 1
failed, for a reason
on two lines
`},
		"hectl-snapshot": {`.SH COMMAND SAVE
.B hectl snapshot save NAME
.PP
save a copy.
.PP
Saves.
.PP
.nf
hectl snapshot save x
.fi
.SS Database
`},
	} {
		text, err := os.ReadFile(filepath.Join(dir, page+".1"))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range parts {
			if !strings.Contains(string(text), part) {
				t.Errorf("%s lacks %q:\n%s", page, part, text)
			}
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "hectl-snapshot.1"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), `\-\-log\-format`); n != 1 {
		t.Errorf("the flags of every command appear %d times on the page of snapshot", n)
	}
	if _, err := os.Stat(filepath.Join(dir, "hectl-man.1")); err == nil {
		t.Error("there is a page for a hidden command")
	}
}
