package mask

import (
	"bytes"
	"slices"

	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// addresses returns the columns with users' addresses, by the dump id of the table's TABLE
// DATA entry.
func addresses(head *archive.Head) map[int]string {
	found := map[int]string{}
	for _, t := range schema.Read(head).Tables {
		if address, _ := LoginColumns(t.Name.Name, columnsOf(t)); address != "" && t.DataID != 0 {
			found[t.DataID] = address
		}
	}
	return found
}

// HasUsers reports whether an archive has rows of users who can sign in.
func HasUsers(head *archive.Head) bool { return len(addresses(head)) > 0 }

// Sparing returns a copy of the plan that keeps the address of one user.
func (p *Plan) Sparing(head *archive.Head, address string) *Plan {
	spared := *p
	spared.tables = map[int]*rows.Table{}
	columns := addresses(head)
	for id, t := range p.tables {
		if name := columns[id]; name != "" {
			t = spare(t, name, []byte(address))
		}
		spared.tables[id] = t
	}
	return &spared
}

// spare returns a copy of t in which column keeps one value.
func spare(t *rows.Table, column string, value []byte) *rows.Table {
	other := *t
	other.Columns = slices.Clone(t.Columns)
	for i, c := range other.Columns {
		if c.Name != column || c.Method == nil {
			continue
		}
		masks := c.Method
		c.Blind = false
		c.Method = func(dst, v, row []byte) ([]byte, bool, error) {
			if bytes.EqualFold(v, value) {
				return append(dst, v...), false, nil
			}
			return masks(dst, v, row)
		}
		other.Columns[i] = c
	}
	return &other
}

// MasksAddress reports whether a plan masks a column in every row of a table.
func (p *Plan) MasksAddress(head *archive.Head, table schema.Name, column string) bool {
	masks := false
	for e := range head.All() {
		namespace, tag := e.Names()
		if e.Desc != "TABLE DATA" || namespace != table.Schema || tag != table.Name {
			continue
		}
		if !p.Table(e).Masks(column) {
			return false
		}
		masks = true
	}
	return masks
}
