package mask

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
)

// place is a position in a file, counted from 1.
type place struct {
	File         string // without its directory
	Line, Column int
}

// String returns "file:line:column".
func (p place) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// problem is an error in the rules.
type problem struct {
	Place place
	On    string // table, or table and column; "" means the whole file
	What  string
	Do    string // how to fix it; "" if What says so
}

// String returns the problem as one line.
func (p problem) String() string {
	text := p.Place.String() + ": "
	if p.On != "" {
		text += p.On + ": "
	}
	text += p.What
	if p.Do != "" {
		text += "; " + p.Do
	}
	return text
}

// problems collects problems in order to report them all at once.
type problems struct{ list []problem }

func (p *problems) add(at place, on, do, format string, args ...any) {
	one := problem{Place: at, On: on, What: fmt.Sprintf(format, args...), Do: do}
	if !slices.Contains(p.list, one) {
		p.list = append(p.list, one)
	}
}

// err returns all problems as one error, in the order of the file, or nil if there are
// none.
func (p *problems) err(what string) error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b problem) int {
		p, q := a.Place, b.Place
		return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
	})
	lines := make([]string, len(p.list))
	for i, one := range p.list {
		lines[i] = "\n  " + one.String()
	}
	return fault.New(fault.Usage, "", "%s:%s", what, strings.Join(lines, ""))
}
