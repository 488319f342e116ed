package backup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools"
)

// status is the result of a look at the dumps of one label.
type status struct {
	Bucket   string       `json:"bucket"`
	Label    string       `json:"env"`
	Checked  time.Time    `json:"checked_at"`
	MaxAge   float64      `json:"max_age_seconds"`
	Shrink   int          `json:"max_shrink_percent"`
	Problems []problem    `json:"problems"`         // the gravest first; empty when all is well
	Newest   *newestDump  `json:"newest"`           // null when there is none
	Usual    *int64       `json:"median_size"`      // bytes, of the ten dumps before; null when they are fewer than three
	Dumps    int          `json:"dumps"`            // of this label
	Size     int64        `json:"size"`             // bytes of them all
	Bare     int          `json:"without_manifest"` // how many of them
	Verified *time.Time   `json:"last_verified_at"` // among the newest 50; null when none was
	Restored *time.Time   `json:"last_restored_at"` // by way of trial; as well
	Uploads  *openUploads `json:"open_uploads"`     // null when that is not known
	Backup   *running     `json:"backup"`           // of the source; null when that is not known

	days   []int64  // size of each day's smallest dump
	others []string // labels, when there is no dump of this one
	base   string
	limits limits
	reason string // for not knowing whether a backup runs
}

// newestDump is the newest dump, and what its manifest says.
type newestDump struct {
	catalog.Dump
	Age      float64       `json:"age_seconds"`
	Manifest manifestState `json:"manifest"`
	Verified *time.Time    `json:"verified_at,omitempty"`
	Restored *time.Time    `json:"restored_at,omitempty"`
}

// manifestState is how a dump stands with its manifest.
type manifestState string

const (
	manifestFits       manifestState = "fits"
	manifestMissing    manifestState = "none"
	manifestMisfit     manifestState = "misfit"
	manifestUnreadable manifestState = "unreadable" // for want of a permission, or it is of a later hectl
)

// openUploads are multipart uploads of dumps of this label: those under way, and
// those that killed runs have left.
type openUploads struct {
	Count  int        `json:"count"`
	Oldest *time.Time `json:"oldest_started_at"`
}

// running says whether a backup of the source runs.
type running struct {
	Database string     `json:"database"`
	Running  bool       `json:"running"`
	Since    *time.Time `json:"since"` // null where the role may not know
	Session  string     `json:"session,omitempty"`
}

// look asks the bucket, and the source.
func (o *statusOptions) look(ctx context.Context, env *command.Env) (*status, error) {
	store, err := env.Open(ctx, o.bucket)
	if err != nil {
		return nil, err
	}
	all, err := catalog.List(ctx, store, o.bucket.Base)
	if err != nil {
		return nil, err
	}
	now := env.Console.Now().UTC()
	dumps := catalog.WithLabel(all, o.label)
	s := &status{
		Bucket: o.bucket.String(), Label: o.label, Checked: now, MaxAge: o.limits.maxAge.Seconds(), Shrink: o.limits.maxShrink,
		Dumps: len(dumps), days: smallestByDay(dumps, now), base: o.bucket.Base, limits: o.limits,
	}
	unfit := false
	if len(dumps) == 0 {
		s.others = catalog.Labels(all)
	} else {
		if err := o.readDumps(ctx, store, dumps, s); err != nil {
			return nil, err
		}
		unfit = s.Newest.Manifest == manifestMisfit
	}
	s.Problems = judge(dumps, unfit, now, o.limits)
	// Neither is reason enough to fail: the permission for the one is one that
	// hectl otherwise does not need, and the other may be out of reach from here.
	if s.Uploads, err = o.uploads(ctx, store); err != nil {
		env.Console.Detail("open uploads: %v", err)
	}
	if s.Backup, err = o.backup(ctx); err != nil {
		s.reason = "not known: " + o.source.Database() + " does not answer"
		env.Console.Detail("backup now: %v", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// manifestsRead is of how many dumps the manifests are read: with one every 4
// hours those of a week, in which somebody should have verified one.
const manifestsRead = 50

// readDumps adds what there is to say about dumps, of which there are some.
func (o *statusOptions) readDumps(ctx context.Context, store *s3store.Store, dumps []catalog.Dump, s *status) error {
	described := map[string]bool{}
	for object, err := range store.List(ctx, catalog.ManifestPrefix(o.bucket.Base)) {
		if err != nil {
			return err
		}
		described[catalog.DumpKey(o.bucket.Base, object.Key)] = true
	}
	for _, d := range dumps {
		s.Size += d.Size
		if !described[d.Key] {
			s.Bare++
		}
	}
	if usual, ok := usualSize(dumps); ok {
		s.Usual = &usual
	}
	var recent []listed
	for _, d := range dumps[max(0, len(dumps)-manifestsRead):] {
		if described[d.Key] {
			recent = append(recent, listed{Dump: d})
		}
	}
	if err := readManifests(ctx, store, o.bucket.Base, recent); err != nil {
		return err
	}
	newest := dumps[len(dumps)-1]
	s.Newest = &newestDump{Dump: newest, Age: s.Checked.Sub(written(newest)).Seconds(), Manifest: manifestMissing}
	for _, d := range recent {
		s.Verified, s.Restored = later(s.Verified, d.Verified), later(s.Restored, d.Restored)
		if d.Key == newest.Key {
			s.Newest.Manifest, s.Newest.Verified, s.Newest.Restored = d.state(), d.Verified, d.Restored
		}
	}
	return nil
}

// state returns how a dump stands with a manifest that the bucket lists.
func (d listed) state() manifestState {
	switch {
	case d.unfit:
		return manifestMisfit
	case d.lacks != "":
		return manifestUnreadable
	}
	return manifestFits
}

func later(a, b *time.Time) *time.Time {
	if a == nil || (b != nil && b.After(*a)) {
		return b
	}
	return a
}

// errUnlisted is why open uploads are not known where a store lists none at all.
var errUnlisted = errors.New("the store lists none, and not every store lists those that there are")

// uploads counts the open uploads of dumps of this label.
func (o *statusOptions) uploads(ctx context.Context, store uploadStore) (*openUploads, error) {
	found := &openUploads{}
	known := store.ListsUploads()
	ours := pruneOptions{bucket: o.bucket, label: o.label}
	for _, prefix := range []string{catalog.Prefix(o.bucket.Base), catalog.ManifestPrefix(o.bucket.Base)} {
		for upload, err := range store.PendingUploads(ctx, prefix) {
			if err != nil {
				return nil, err
			}
			known = true
			if _, ok := ours.ours(upload.Key); !ok {
				continue
			}
			found.Count++
			if found.Oldest == nil || upload.Initiated.Before(*found.Oldest) {
				found.Oldest = &upload.Initiated
			}
		}
	}
	if !known {
		return nil, errUnlisted
	}
	return found, nil
}

// backup asks the source whether a backup of it runs, which shows by the name of
// its sessions. To try its lock would be to hold it for a moment, and to turn
// away the backup that begins in it.
func (o *statusOptions) backup(ctx context.Context) (*running, error) {
	if o.source == nil {
		return nil, nil //nolint:nilnil // nothing is known, and nothing went wrong
	}
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("no answer within %s", patience))
	defer cancel()
	db, err := pgtools.ConnectReadOnly(ctx, *o.source, "hectl status")
	if err != nil {
		return nil, err
	}
	defer db.Close(ctx)
	sessions, err := db.Sessions(ctx, o.source.Database())
	if err != nil {
		return nil, fmt.Errorf("ask for sessions: %w", err)
	}
	found := &running{Database: o.source.Database()}
	for _, session := range sessions {
		if session.Application != appName && !strings.HasPrefix(session.Application, appName+" ") { // see ownName
			continue
		}
		if since := session.Since.UTC(); !found.Running || since.Before(*found.Since) {
			found.Running, found.Since, found.Session = true, &since, session.String()
		}
	}
	if found.Running && found.Since.Unix() <= 0 {
		found.Since = nil // the role may not know
	}
	return found, nil
}
