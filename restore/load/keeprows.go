package load

import (
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// KeptRows names tables whose rows are restored although hectl leaves them out by
// default: jobs, sessions, caches.
type KeptRows []schema.Pattern

// NewKeptRows reads the patterns of --keep-rows and hectl.yml.
func NewKeptRows(values []config.Value) (KeptRows, error) {
	var k KeptRows
	for _, v := range values {
		p, err := schema.ParsePattern(v.Text)
		if err != nil {
			return nil, fault.New(fault.Usage, "for example: delayed_jobs, public.sessions, 'solid_queue_*'", "keep rows (from %s): %w", v.Origin, err)
		}
		k = append(k, p)
	}
	return k, nil
}

// Key returns a string that is equal for the same patterns in any order.
func (k KeptRows) Key() string {
	var parts []string
	for _, p := range k {
		parts = append(parts, p.String())
	}
	slices.Sort(parts)
	return strings.Join(slices.Compact(parts), ", ")
}

// FindKept returns the tables of a dump whose rows are loaded only because o.KeepRows
// names them. ruled are the named tables whose rows the masking rules still leave out.
func (o Options) FindKept(d *dump.Dump, masks *mask.Plan) (names, ruled []string) {
	if len(o.KeepRows) == 0 {
		return nil, nil
	}
	for _, t := range mask.Listed(schema.Read(d.Head), o.KeepRows) {
		e := d.Head.ByID()[t.DataID]
		if e == nil || !o.Tables.Takes(e) || d.Edits.Drops(e) {
			continue
		}
		if m := masks.Table(e); m != nil && m.None {
			ruled = append(ruled, e.DisplayName())
			continue
		}
		names = append(names, e.DisplayName())
	}
	return names, ruled
}
