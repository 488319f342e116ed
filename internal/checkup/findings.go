package checkup

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Level is how much a finding matters.
type Level string

// The levels.
const (
	OK      Level = "ok"
	Advice  Level = "advice"  // nothing is wrong, but it could be faster or safer
	Warning Level = "warning" // works, but needs a person
	Error   Level = "error"   // another command would fail on it
)

// ClientTools is the area of pg_dump and pg_restore, which several packages add to.
const ClientTools = "client tools"

// Finding is one line of a checkup.
type Finding struct {
	About string   `json:"about"` // area, such as "bucket"
	Level Level    `json:"level"`
	Text  string   `json:"text"`
	Fixes []string `json:"fixes,omitempty"` // what to do: a command to paste, or a sentence
}

// Findings are collected in the order in which they are shown: those about one
// area follow one another.
type Findings []Finding

// OK adds that something is well.
func (f *Findings) OK(about, format string, args ...any) { f.add(about, OK, "", format, args) }

// Advise adds what could be better.
func (f *Findings) Advise(about, fix, format string, args ...any) {
	f.add(about, Advice, fix, format, args)
}

// Warn adds what needs a person.
func (f *Findings) Warn(about, fix, format string, args ...any) {
	f.add(about, Warning, fix, format, args)
}

// Wrong adds what another command would fail on.
func (f *Findings) Wrong(about, fix, format string, args ...any) {
	f.add(about, Error, fix, format, args)
}

// Fail adds an error, whose hints are the fixes.
func (f *Findings) Fail(about string, err error) {
	fixes := fault.Hints(err)
	for i, hint := range fixes {
		fixes[i] = cmp.Or(fault.Command(hint), hint) // to paste
	}
	*f = append(*f, Finding{about, Error, oneLine(err.Error()), fixes})
}

// Lead moves the errors about an area to where the area begins, wherever they were
// found.
func (f *Findings) Lead(about string) {
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

func (f *Findings) add(about string, level Level, fix, format string, args []any) {
	finding := Finding{About: about, Level: level, Text: oneLine(fmt.Sprintf(format, args...))}
	if fix != "" {
		finding.Fixes = []string{fix}
	}
	*f = append(*f, finding)
}

func oneLine(s string) string { return strings.Join(strings.Fields(fault.Redact(s)), " ") }

// Count returns how many findings have the level.
func (f Findings) Count(level Level) int {
	n := 0
	for _, finding := range f {
		if finding.Level == level {
			n++
		}
	}
	return n
}

// Err is the error that tells the exit code: fault.Failed when something is
// wrong, fault.Warnings when something needs a person, else nil.
func (f Findings) Err() error {
	wrong, warnings := f.Count(Error), f.Count(Warning)
	switch {
	case wrong > 0:
		return fault.New(fault.Failed, "", "%s and %s above", count(wrong, "error"), count(warnings, "warning"))
	case warnings > 0:
		return fault.New(fault.Warnings, "", "%s above", count(warnings, "warning"))
	}
	return nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// width is that of a terminal's line, in columns.
const width = 80

// Text renders the findings by area. A fix is never broken over lines, so that it
// can be pasted.
func (f Findings) Text() string {
	var b strings.Builder
	about := ""
	for _, finding := range f {
		if finding.About != about {
			about = finding.About
			b.WriteString(about + "\n")
		}
		const indent = "           "
		for i, line := range wrap(finding.Text, width-len(indent)) {
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

// wrap breaks text into lines of at most n columns, where words allow.
func wrap(text string, n int) []string {
	lines := []string{""}
	for word := range strings.FieldsSeq(text) {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case len([]rune(*last))+1+len([]rune(word)) <= n:
			*last += " " + word
		default:
			lines = append(lines, word)
		}
	}
	return lines
}
