package backup

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/rubyforgood/hectl/backup/retention"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
)

// pruned is the result of a pruning: what shall be done, and what was.
type pruned struct {
	Bucket    string           `json:"bucket"`
	DryRun    bool             `json:"dry_run"`
	Policy    retention.Policy `json:"policy"`
	Dumps     []prunedDump     `json:"dumps"`
	Orphans   []orphan         `json:"orphaned_manifests"` // of dumps that went in another way; they go, too
	Undated   []string         `json:"left_alone"`         // keys below backups/ that nothing was decided about
	Versioned bool             `json:"versioned"`          // the bucket keeps what was removed as older versions

	name string // of the bucket
	base string
}

type prunedDump struct {
	catalog.Dump
	Keep    bool     `json:"keep"`
	Reasons []string `json:"reasons"` // for keeping it
	Removed bool     `json:"removed"`
	Error   string   `json:"error,omitempty"` // why it could not be removed

	manifest string // its key; "" when it has none
}

type orphan struct {
	Key     string `json:"key"`
	Removed bool   `json:"removed"`
}

// plan decides what to remove. The dump with the key made stays.
func (o *pruneOptions) plan(s *survey, now time.Time, made string) *pruned {
	r := &pruned{
		Bucket: o.bucket.String(), DryRun: o.dryRun, Policy: o.policy, Dumps: []prunedDump{}, Orphans: []orphan{},
		Undated: s.undated, name: o.bucket.Name, base: o.bucket.Base,
	}
	for _, label := range s.labels {
		dumps := catalog.WithLabel(s.dumps, label)
		times := make([]time.Time, len(dumps))
		for i, d := range dumps {
			times[i] = d.Time
		}
		for i, decision := range o.policy.Decide(times, now) {
			d := prunedDump{Dump: dumps[i], Keep: decision.Keep, Reasons: decision.Reasons, manifest: s.manifests[dumps[i].Key].Key}
			if d.Key == made && !d.Keep {
				d.Keep, d.Reasons = true, []string{"just made"}
			}
			r.Dumps = append(r.Dumps, d)
		}
	}
	for dump, manifest := range s.manifests {
		_, t, _ := catalog.ParseKey(o.bucket.Base, dump)
		if !s.keys[dump] && overADay(now, t, manifest.LastModified) {
			r.Orphans = append(r.Orphans, orphan{Key: manifest.Key})
		}
	}
	slices.SortFunc(r.Orphans, func(a, b orphan) int { return cmp.Compare(a.Key, b.Key) })
	return r
}

// remove does what was planned, the oldest dumps first. Manifests go after their
// dumps, and only after those that are gone: what a run that ends in between
// leaves behind is seen by nobody and removed by the next, while a dump that
// stays, because the store refuses to delete it, keeps what it is checked against.
func (r *pruned) remove(ctx context.Context, store pruneStore) error {
	var t tally
	manifests, err := r.removeDumps(ctx, store, &t)
	if err != nil {
		return err
	}
	for _, o := range r.Orphans {
		manifests = append(manifests, o.Key)
	}
	removed := map[string]bool{}
	done, err := store.DeleteMany(ctx, manifests)
	for _, deletion := range done {
		t.note(deletion.Err)
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

// removeDumps returns the keys of the manifests of the dumps that are gone.
func (r *pruned) removeDumps(ctx context.Context, store pruneStore, t *tally) (manifests []string, err error) {
	at := map[string]*prunedDump{}
	var keys []string
	for i := range r.Dumps {
		if d := &r.Dumps[i]; !d.Keep {
			at[d.Key] = d
			keys = append(keys, d.Key)
			d.Error = "unknown: pruning was interrupted"
		}
	}
	done, err := store.DeleteMany(ctx, keys)
	for _, deletion := range done {
		t.note(deletion.Err)
		d := at[deletion.Key]
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

// tally counts what was tried, and collects what was refused.
type tally struct {
	tried   int
	refused []error
}

func (t *tally) note(err error) {
	t.tried++
	if err != nil {
		t.refused = append(t.refused, err)
	}
}

// err is the error about what was refused. If that was all, then something is
// wrong with the permissions or the store.
func (t *tally) err() error {
	switch len(t.refused) {
	case 0:
		return nil
	case t.tried:
		return fmt.Errorf("nothing could be removed: %w", t.refused[0])
	}
	return fault.New(fault.Warnings, "", "%d of %d objects could not be removed, among them: %w", len(t.refused), t.tried, t.refused[0])
}

var trailingSpace = regexp.MustCompile(`(?m) +$`)

// Text renders a line a dump, and what became of them all.
func (r *pruned) Text() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	// Writes to a strings.Builder do not fail.
	_, _ = fmt.Fprintln(w, "\tTIME (UTC)\tSIZE\tDUMP\tREASONS")
	for _, d := range r.Dumps {
		what, why := "remove", ""
		switch {
		case d.Keep:
			what, why = "keep", strings.Join(d.Reasons, ", ")
		case d.Error != "":
			what, why = "stays", strings.TrimPrefix(d.Error, "delete s3://"+r.name+"/"+d.Key+": ")
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", what, d.Time.UTC().Format("2006-01-02 15:04"), humanize.Bytes(uint64(d.Size)),
			console.Clean(strings.TrimPrefix(d.Key, catalog.Prefix(r.base))), console.Clean(why))
	}
	_ = w.Flush()
	return trailingSpace.ReplaceAllString(b.String(), "") + r.summary()
}

// summary says in a few lines what was done.
func (r *pruned) summary() string {
	var removed int
	var size int64
	for _, d := range r.Dumps {
		if d.Removed || (r.DryRun && !d.Keep) {
			removed++
			size += d.Size
		}
	}
	did := "removed"
	if r.DryRun {
		did = "would remove"
	}
	lines := []string{fmt.Sprintf("%s %d of %d dumps in %s (%s), by the rules: %s",
		did, removed, len(r.Dumps), r.Bucket, humanize.Bytes(uint64(size)), r.Policy)}
	orphans := 0
	for _, o := range r.Orphans {
		if o.Removed || r.DryRun {
			orphans++
		}
	}
	if orphans > 0 {
		lines = append(lines, fmt.Sprintf("%s manifests without a dump: %d", did, orphans))
	}
	if n := len(r.Undated); n > 0 {
		lines = append(lines, fmt.Sprintf("left alone: %d objects in %s that hectl cannot judge (not a dump, no time in the key, or empty), such as %s",
			n, catalog.Prefix(r.base), console.Clean(strings.TrimPrefix(r.Undated[0], catalog.Prefix(r.base)))))
	}
	if r.Versioned {
		lines = append(lines, "the bucket keeps versions: removed objects are hidden and take up space until a lifecycle rule expires them")
	}
	return strings.Join(lines, "\n")
}

// noneToPrune is the error about a bucket without a dump of the label, "" for
// any.
func noneToPrune(bucket config.Bucket, label string, labels []string) error {
	hint := `list the dumps with "hectl list", or name another bucket with --bucket, or another label with --env`
	if len(labels) > 0 {
		hint = "name another label with --env: there are dumps of " + strings.Join(labels, ", ")
	}
	if label != "" {
		label += " "
	}
	return fault.New(fault.NotFound, hint, "there is no %sdump with a time in its key in %s", label, bucket)
}
