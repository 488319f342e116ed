package mask

import (
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Covered is what a Plan changes of one table.
type Covered struct {
	Table   string   `json:"table"` // such as "public.users"
	NoRows  bool     `json:"no_rows,omitempty"`
	Columns []string `json:"columns,omitempty"` // that are masked, quoted where SQL needs it
}

// Covers returns what the plan changes of the tables whose TABLE DATA entries are
// wanted, as they are in the head.
func (p *Plan) Covers(head *archive.Head, wanted func(*archive.Entry) bool) []Covered {
	var all []Covered
	for i := range head.Entries {
		t := p.Table(&head.Entries[i])
		if t == nil || !wanted(&head.Entries[i]) {
			continue
		}
		c := Covered{Table: t.Name, NoRows: t.None}
		for _, column := range t.Columns {
			if !t.None && column.Method != nil {
				c.Columns = append(c.Columns, schema.Quote(column.Name))
			}
		}
		if c.NoRows || c.Columns != nil {
			all = append(all, c)
		}
	}
	return all
}
