package target

import (
	"path"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/text"
)

// Origin is where the rows of a database came from. Others may have changed them
// since.
type Origin struct {
	Dump    string     `json:"dump,omitempty"` // "s3://…", a file's path, or "standard input"; "" if they did not come from a dump
	ETag    string     `json:"etag,omitempty"`
	Taken   *time.Time `json:"taken_at,omitempty"` // when the dump was made
	Fetched time.Time  `json:"fetched_at,omitzero"`
	Chosen  string     `json:"chosen_tables,omitempty"` // "" for all
	Kept    []string   `json:"kept_rows,omitempty"`     // tables whose rows --keep-rows kept
	Spared  bool       `json:"address_kept,omitempty"`  // the address of the --login-as user is not masked
	Masked  bool       `json:"masked"`
	Rules   string     `json:"mask_rules,omitempty"` // hash of the masking rules
	// Source identifies the database that the dump was made from; nil if the dump does
	// not record it.
	Source *catalog.SourceIdentity `json:"source_identity,omitempty"`
	// Snapshot is the snapshot that the database was restored from, "" for none.
	Snapshot string     `json:"snapshot,omitempty"`
	Restored *time.Time `json:"restored_at,omitempty"` // when it was restored from the snapshot
}

// String describes the origin in a few words.
func (o *Origin) String() string {
	if o == nil {
		return "not fetched by hectl"
	}
	if o.Snapshot != "" && o.Restored != nil {
		return "the snapshot " + o.Snapshot + ", restored " + text.Minute(*o.Restored)
	}
	return o.Name() + ", fetched " + text.Minute(o.Fetched)
}

// Back completes "TARGET is back to" after a rollback.
func (o *Origin) Back() string {
	if o == nil {
		return "a database that hectl did not fetch"
	}
	return o.String()
}

// Name returns the dump's name without its location.
func (o *Origin) Name() string {
	if dump.InBucket(o.Dump) {
		return path.Base(o.Dump)
	}
	return o.Dump
}

// Lines describes the origin in full.
func (o *Origin) Lines() []string {
	if o == nil {
		return []string{"not fetched by hectl"}
	}
	var lines []string
	if o.Dump != "" {
		lines = append(lines, o.Dump)
		fetched := "fetched " + text.Minute(o.Fetched)
		if o.Taken != nil {
			fetched = "taken " + text.Minute(*o.Taken) + ", " + fetched
		}
		lines = append(lines, fetched)
		if o.Chosen != "" {
			lines = append(lines, "rows of tables: "+o.Chosen)
		}
		masked := "not masked"
		if o.Masked {
			masked = "masked by the rules " + o.Rules[:min(len(o.Rules), 12)]
		}
		lines = append(lines, masked+"; without production's passwords, tokens and jobs")
		if o.Spared {
			lines = append(lines, "with the address of one user, from --login-as")
		}
		if len(o.Kept) > 0 {
			lines = append(lines, "with the rows of "+strings.Join(o.Kept, ", "))
		}
	}
	if o.Snapshot != "" && o.Restored != nil {
		lines = append(lines, "restored from the snapshot "+o.Snapshot+" "+text.Minute(*o.Restored))
	}
	return lines
}

// SourceIdentity identifies the database that the rows come from; nil if not known.
func (o *Origin) SourceIdentity() *catalog.SourceIdentity {
	if o == nil {
		return nil
	}
	return o.Source
}
