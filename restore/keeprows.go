package restore

import (
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// keptRows names tables whose rows are restored although they hold what a laptop
// does not need: jobs, sessions, caches.
type keptRows []schema.Pattern

func newKeptRows(values []config.Value) (keptRows, error) {
	var k keptRows
	for _, v := range values {
		p, err := schema.ParsePattern(v.Text)
		if err != nil {
			return nil, fault.New(fault.Usage, "for example: delayed_jobs, public.sessions, 'solid_queue_*'", "keep rows (from %s): %w", v.Origin, err)
		}
		k = append(k, p)
	}
	return k, nil
}

// key is the same for the same tables in another order.
func (k keptRows) key() string {
	var parts []string
	for _, p := range k {
		parts = append(parts, p.String())
	}
	slices.Sort(parts)
	return strings.Join(slices.Compact(parts), ", ")
}

// kept returns the tables of a dump whose rows would be left out by the list, and are
// not. What the rules for masking leave out stays away, which is said.
func (r *run) kept(d *dump.Dump, masks *mask.Plan) []string {
	if len(r.keepRows) == 0 {
		return nil
	}
	var names, ruled []string
	for _, t := range mask.Listed(schema.Read(d.Head), r.keepRows) {
		e := d.Head.ByID()[t.DataID]
		if e == nil || !r.tables.takes(e) || d.Edits.Drops(e) {
			continue
		}
		if m := masks.Table(e); m != nil && m.None {
			ruled = append(ruled, dump.TableName(e))
			continue
		}
		names = append(names, dump.TableName(e))
	}
	if len(ruled) > 0 {
		r.out.Warn("the rules for masking leave out the rows of %s, whatever --keep-rows says", strings.Join(ruled, ", "))
	}
	return names
}
