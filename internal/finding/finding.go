package finding

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dustin/go-humanize/english"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
)

// Level is the severity of a finding.
type Level string

// Levels.
const (
	OK      Level = "ok"
	Advice  Level = "advice"  // works, but could be faster or safer
	Warning Level = "warning" // works, but needs attention
	Error   Level = "error"   // another command would fail
)

// ClientTools is the area of pg_dump and pg_restore. Several packages add to it.
const ClientTools = "client tools"

// Finding is one result of a check.
type Finding struct {
	About string   `json:"about"` // area, such as "bucket"
	Level Level    `json:"level"`
	Text  string   `json:"text"`
	Fixes []string `json:"fixes,omitempty"` // commands to paste, or sentences
}

// List is the findings in display order: the findings of an area follow one another.
type List []Finding

// OK adds a finding that needs no action.
func (f *List) OK(about, format string, args ...any) { f.add(about, OK, "", format, args) }

// Advise adds a finding at level Advice. fix may be empty, here and below.
func (f *List) Advise(about, fix, format string, args ...any) {
	f.add(about, Advice, fix, format, args)
}

// Warn adds a finding at level Warning.
func (f *List) Warn(about, fix, format string, args ...any) {
	f.add(about, Warning, fix, format, args)
}

// Error adds a finding at level Error.
func (f *List) Error(about, fix, format string, args ...any) {
	f.add(about, Error, fix, format, args)
}

// Fail adds err at level Error. The hints of err become the fixes.
func (f *List) Fail(about string, err error) {
	fixes := fault.Hints(err)
	for i, hint := range fixes {
		fixes[i] = cmp.Or(fault.Command(hint), hint) // only the command, so it can be pasted
	}
	*f = append(*f, Finding{about, Error, oneLine(err.Error()), fixes})
}

// LeadWithErrors moves every error about an area to the start of that area, even errors that
// were added later in the list.
func (f *List) LeadWithErrors(about string) {
	first := slices.IndexFunc(*f, func(x Finding) bool { return x.About == about })
	if first < 0 {
		return
	}
	var errors, others []Finding
	for _, x := range (*f)[first:] {
		if x.About == about && x.Level == Error {
			errors = append(errors, x)
		} else {
			others = append(others, x)
		}
	}
	*f = slices.Concat((*f)[:first], errors, others)
}

func (f *List) add(about string, level Level, fix, format string, args []any) {
	finding := Finding{About: about, Level: level, Text: oneLine(fmt.Sprintf(format, args...))}
	if fix != "" {
		finding.Fixes = []string{fix}
	}
	*f = append(*f, finding)
}

func oneLine(s string) string { return strings.Join(strings.Fields(fault.Redact(s)), " ") }

// Count returns how many findings have the level.
func (f List) Count(level Level) int {
	n := 0
	for _, finding := range f {
		if finding.Level == level {
			n++
		}
	}
	return n
}

// Err returns the error that sets the exit code: fault.Failed if there are errors,
// fault.Warnings if there are only warnings, else nil.
func (f List) Err() error {
	wrong, warnings := f.Count(Error), f.Count(Warning)
	switch {
	case wrong > 0:
		return fault.New(fault.Failed, "", "%s and %s above", english.Plural(wrong, "error", ""), english.Plural(warnings, "warning", ""))
	case warnings > 0:
		return fault.New(fault.Warnings, "", "%s above", english.Plural(warnings, "warning", ""))
	}
	return nil
}

// width is the width of a line in terminal columns.
const width = 80

// Text renders the findings by area. A fix stays on one line so that it can be
// pasted.
func (f List) Text() string {
	var b strings.Builder
	about := ""
	for _, finding := range f {
		if finding.About != about {
			about = finding.About
			b.WriteString(about + "\n")
		}
		const indent = "           "
		for i, line := range text.Wrap(finding.Text, width-len(indent)) {
			if i == 0 {
				fmt.Fprintf(&b, "  %-9s%s\n", finding.Level, line)
			} else {
				b.WriteString(indent + line + "\n")
			}
		}
		for _, fix := range finding.Fixes {
			b.WriteString(indent + "> " + fix + "\n")
		}
	}
	return b.String()
}
