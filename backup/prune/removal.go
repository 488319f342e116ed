package prune

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/backup/retention"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
)

// Request configures Dumps.
type Request struct {
	Scope
	Policy retention.Policy
	DryRun bool // plan only

	justMade string // see AfterBackup
}

// Removal lists the planned removals of Dumps and their outcome.
type Removal struct {
	Bucket    string           `json:"bucket"`
	DryRun    bool             `json:"dry_run"`
	Policy    retention.Policy `json:"policy"`
	Dumps     []PrunedDump     `json:"dumps"`
	Orphans   []Orphan         `json:"orphaned_manifests"` // manifests to remove, whose dumps no longer exist
	Undated   []string         `json:"left_alone"`         // keys below backups/ that hectl cannot date
	Versioned bool             `json:"versioned"`          // the bucket keeps removed objects as older versions

	name string // name of the bucket
	base string
}

// PrunedDump is a dump to keep or to remove.
type PrunedDump struct {
	catalog.Dump
	Keep    bool     `json:"keep"`
	Reasons []string `json:"reasons"` // reasons for keeping it
	Removed bool     `json:"removed"`
	Error   string   `json:"error,omitempty"` // why it could not be removed

	manifest string // key of the manifest; "" if there is none
}

// Orphan is a manifest without a dump.
type Orphan struct {
	Key     string `json:"key"`
	Removed bool   `json:"removed"`
}

// Dumps removes the dumps that the policy does not keep. It returns a nil Removal if an
// error occurred before it removed anything, and a Removal with an error if some objects
// could not be removed. The error is a fault.NotFound if there is no dump in scope.
func Dumps(ctx context.Context, st store, req Request, now time.Time) (*Removal, error) {
	found, err := look(ctx, st, req.Scope)
	if err != nil {
		return nil, err
	}
	if req.justMade != "" && !found.keys[req.justMade] {
		return nil, fault.New(fault.Failed, "", "nothing was pruned: the bucket does not list %s, which was just written", req.justMade)
	}
	if len(found.dumps) == 0 {
		return nil, noDumpError(req.Scope, found.labels)
	}
	r := plan(found, req, now)
	if req.DryRun {
		return r, nil
	}
	err = r.remove(ctx, st)
	return r, err
}

// AfterBackup prunes after a backup. The dump with the key made must be in the bucket and
// is kept. Errors have the code fault.Warnings, because that dump is in the bucket.
func AfterBackup(ctx context.Context, st store, req Request, made string, now time.Time) (*Removal, error) {
	req.justMade = made
	r, err := Dumps(ctx, st, req, now)
	if err != nil {
		err = fault.New(fault.Warnings, "", "the dump is in the bucket, but pruning older ones failed: %w", err)
	}
	return r, err
}

// plan decides what to remove.
func plan(s *survey, req Request, now time.Time) *Removal {
	r := &Removal{
		Bucket: req.Bucket.String(), DryRun: req.DryRun, Policy: req.Policy, Dumps: []PrunedDump{}, Orphans: []Orphan{},
		Undated: s.undated, name: req.Bucket.Name, base: req.Bucket.Base,
	}
	for _, label := range s.labels {
		dumps := catalog.WithLabel(s.dumps, label)
		times := make([]time.Time, len(dumps))
		for i, d := range dumps {
			times[i] = d.Time
		}
		for i, decision := range req.Policy.Decide(times, now) {
			d := PrunedDump{Dump: dumps[i], Keep: decision.Keep, Reasons: decision.Reasons, manifest: s.manifests[dumps[i].Key].Key}
			if d.Key == req.justMade && !d.Keep {
				d.Keep, d.Reasons = true, []string{"just made"}
			}
			r.Dumps = append(r.Dumps, d)
		}
	}
	for dump, manifest := range s.manifests {
		_, t, _ := catalog.ParseKey(r.base, dump)
		if !s.keys[dump] && allOverADay(now, t, manifest.LastModified) {
			r.Orphans = append(r.Orphans, Orphan{Key: manifest.Key})
		}
	}
	slices.SortFunc(r.Orphans, func(a, b Orphan) int { return cmp.Compare(a.Key, b.Key) })
	return r
}

// remove carries out the plan, the oldest dumps first. A manifest is removed after its
// dump, and only if the dump is gone. If a run stops in between, the leftover manifest is
// harmless, and a later run removes it. A dump that the store refuses to delete keeps its
// manifest, because hectl checks the dump against it.
func (r *Removal) remove(ctx context.Context, st store) error {
	var t tally
	manifests, err := r.removeDumps(ctx, st, &t)
	if err != nil {
		return err
	}
	for _, o := range r.Orphans {
		manifests = append(manifests, o.Key)
	}
	removed := map[string]bool{}
	done, err := st.DeleteMany(ctx, manifests)
	for _, deletion := range done {
		t.count(deletion.Err)
		removed[deletion.Key] = deletion.Err == nil
	}
	for i := range r.Orphans {
		r.Orphans[i].Removed = removed[r.Orphans[i].Key]
	}
	if err != nil {
		return err
	}
	return t.err()
}

// removeDumps returns the keys of the manifests of the removed dumps.
func (r *Removal) removeDumps(ctx context.Context, st store, t *tally) (manifests []string, err error) {
	byKey := map[string]*PrunedDump{}
	var keys []string
	for i := range r.Dumps {
		if d := &r.Dumps[i]; !d.Keep {
			byKey[d.Key] = d
			keys = append(keys, d.Key)
			d.Error = "unknown: pruning was interrupted"
		}
	}
	done, err := st.DeleteMany(ctx, keys)
	for _, deletion := range done {
		t.count(deletion.Err)
		d := byKey[deletion.Key]
		if deletion.Err != nil {
			d.Error = deletion.Err.Error()
			continue
		}
		d.Removed, d.Error = true, ""
		r.Versioned = r.Versioned || deletion.Marked
		if d.manifest != "" {
			manifests = append(manifests, d.manifest)
		}
	}
	return manifests, err
}

// tally counts attempts and collects the refused ones.
type tally struct {
	attempts int
	refused  []error
}

func (t *tally) count(err error) {
	t.attempts++
	if err != nil {
		t.refused = append(t.refused, err)
	}
}

// err returns an error about the refused attempts. Its code is fault.Warnings unless all
// were refused: then permissions are missing or the store is broken.
func (t *tally) err() error {
	switch len(t.refused) {
	case 0:
		return nil
	case t.attempts:
		return fmt.Errorf("nothing could be removed: %w", t.refused[0])
	}
	return fault.New(fault.Warnings, "", "%d of %d objects could not be removed; the first error: %w", len(t.refused), t.attempts, t.refused[0])
}

// Text renders one line per dump, and a summary.
func (r *Removal) Text() string {
	rows := [][]string{{"", "TIME (UTC)", "SIZE", "DUMP", "REASONS"}}
	for _, d := range r.Dumps {
		action, why := "remove", ""
		switch {
		case d.Keep:
			action, why = "keep", strings.Join(d.Reasons, ", ")
		case d.Error != "":
			action, why = "failed", strings.TrimPrefix(d.Error, "delete s3://"+r.name+"/"+d.Key+": ")
		}
		rows = append(rows, []string{action, d.Time.UTC().Format("2006-01-02 15:04"), text.Size(d.Size), r.short(d.Key), console.Clean(why)})
	}
	return text.Table(rows) + r.summary()
}

// short returns a key without the prefix that all dumps have.
func (r *Removal) short(key string) string {
	return console.Clean(strings.TrimPrefix(key, catalog.Prefix(r.base)))
}

func (r *Removal) summary() string {
	var removed, orphans int
	var size int64
	for _, d := range r.Dumps {
		if d.Removed || (r.DryRun && !d.Keep) {
			removed++
			size += d.Size
		}
	}
	for _, o := range r.Orphans {
		if o.Removed || r.DryRun {
			orphans++
		}
	}
	verb := "removed"
	if r.DryRun {
		verb = "would remove"
	}
	lines := []string{fmt.Sprintf("%s %d of %d dumps in %s (%s); rules: %s", verb, removed, len(r.Dumps), r.Bucket, text.Size(size), r.Policy)}
	if orphans > 0 {
		lines = append(lines, fmt.Sprintf("%s manifests without a dump: %d", verb, orphans))
	}
	if n := len(r.Undated); n > 0 {
		lines = append(lines, fmt.Sprintf("left alone: %d objects in %s that hectl never prunes (not a dump, no time in the key, or empty), such as %s",
			n, catalog.Prefix(r.base), r.short(r.Undated[0])))
	}
	if r.Versioned {
		lines = append(lines, "the bucket keeps versions: removed objects are hidden and take up space until a lifecycle rule expires them")
	}
	return strings.Join(lines, "\n")
}

// noDumpError returns the error for a scope without a dump. labels are the labels that
// have one.
func noDumpError(scope Scope, labels []string) error {
	hint := `list the dumps with "hectl list", or name another bucket with --bucket, or another label with --env`
	if len(labels) > 0 {
		hint = "name another label with --env: there are dumps of " + strings.Join(labels, ", ")
	}
	label := scope.Label
	if label != "" {
		label += " "
	}
	return fault.New(fault.NotFound, hint, "there is no %sdump with a time in its key in %s", label, scope.Bucket)
}
