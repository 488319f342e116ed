package restore

import (
	"bufio"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/diff"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// show writes the rows of a table that differ. A minus sign marks rows of the old dump, a
// plus sign rows of the new one.
func (o *diffOptions) show(ctx context.Context, stdout io.Writer, d *diff.Difference, from, to *dump.Dump) error {
	at := slices.IndexFunc(d.Tables, func(t *diff.Table) bool {
		return t.Name.String() == o.rows || t.Name.Schema+"."+t.Name.Name == o.rows || t.Name.Schema == "public" && t.Name.Name == o.rows
	})
	if at < 0 {
		return fault.New(fault.Usage, `run "hectl diff" to list the tables`, "neither dump has rows for table %s", fault.Quote(o.rows))
	}
	t := d.Tables[at]
	switch t.State {
	case diff.Same:
		return nil
	case diff.Changed:
	case diff.Added, diff.Removed, diff.Replaced:
		why := t.Why
		if t.State != diff.Replaced {
			why = "only one of the dumps has rows of it"
		}
		return fault.New(fault.Usage, "", "the rows of %s cannot be compared: %s", t.Name, why)
	}
	entry := t.Entry()
	var masked *rows.Table
	if !o.raw && (!from.Masked || !to.Masked) {
		var err error
		if masked, err = o.maskOf(to, entry); err != nil {
			return err
		}
	}
	w := bufio.NewWriter(stdout)
	var buffer []byte
	line := func(sign rune, row []byte) error {
		if row == nil {
			return nil
		}
		if masked != nil {
			var err error
			if buffer, err = masked.Rows(buffer[:0], row, 0); err != nil {
				return err
			}
			row = buffer
		}
		columns := strings.Split(strings.TrimSuffix(entry.Text(string(row)), "\n"), "\t")
		for i := range columns {
			columns[i] = console.Clean(columns[i])
		}
		_, err := w.WriteString(string(sign) + strings.Join(columns, "\t") + "\n")
		return err
	}
	err := t.Changes(ctx, diff.Options{}, func(c diff.Change) error {
		return errors.Join(line('-', c.From), line('+', c.To))
	})
	return errors.Join(err, w.Flush())
}

// maskOf returns the mask for the rows of a table, nil for none. It refuses a table whose
// rows masking leaves out.
func (o *diffOptions) maskOf(d *dump.Dump, entry *archive.Entry) (*rows.Table, error) {
	if o.rules.None() {
		return nil, fault.New(fault.Usage, o.rawHint(), "hectl.yml has base: none and no rules to mask the rows of %s with", entry.DisplayName())
	}
	is := func(e *archive.Entry) bool { return e.Namespace == entry.Namespace && e.Tag == entry.Tag }
	plan, seed, err := o.rules.ByRules(d.Head, mask.Options{Takes: is, RowsOnly: true}, true, "")
	if err != nil {
		return nil, err
	}
	credentials, err := mask.Credentials(schema.Read(d.Head), mask.CredentialOptions{Password: methods.DefaultPassword, Seed: seed, Over: plan, Takes: is})
	if err != nil {
		return nil, err
	}
	plan = plan.Over(credentials)
	masked := plan.Table(entry)
	if masked != nil && masked.None {
		return nil, fault.New(fault.Usage, o.rawHint(), "masking leaves out all rows of %s", entry.DisplayName())
	}
	return masked, nil
}

// rawHint returns the hint to show rows unmasked, "" if hectl.yml forbids that.
func (o *diffOptions) rawHint() string {
	if o.required != "" {
		return ""
	}
	return "add --raw to show the rows unmasked"
}
