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
	Dump    string     `json:"dump,omitempty"` // "s3://…", a file's path, or "standard input"; "" when they are somebody's own
	ETag    string     `json:"etag,omitempty"`
	Taken   *time.Time `json:"taken_at,omitempty"` // when the dump was made
	Fetched time.Time  `json:"fetched_at,omitzero"`
	Chosen  string     `json:"chosen_tables,omitempty"` // "" for all
	Kept    []string   `json:"kept_rows,omitempty"`     // of tables on the list of those without
	Spared  bool       `json:"address_kept,omitempty"`  // of one user, by --login-as
	Masked  bool       `json:"masked"`
	Rules   string     `json:"mask_rules,omitempty"` // hash of the rules it is masked by
	// Source recognizes the database that the dump was made of; nil when the dump
	// does not say.
	Source *catalog.SourceIdentity `json:"source_identity,omitempty"`
	// Snapshot is the one by way of which it came here, "" for none.
	Snapshot string     `json:"snapshot,omitempty"`
	Restored *time.Time `json:"restored_at,omitempty"` // from the snapshot
}

// String says it in half a line.
func (o *Origin) String() string {
	if o == nil {
		return "not fetched by hectl"
	}
	if o.Snapshot != "" && o.Restored != nil {
		return "the snapshot " + o.Snapshot + ", restored " + text.Minute(*o.Restored)
	}
	return o.Name() + ", fetched " + text.Minute(o.Fetched)
}

// Back says what a rollback has put back.
func (o *Origin) Back() string {
	if o == nil {
		return "a database that hectl did not fetch"
	}
	return o.String()
}

// Name is the dump's name without where it lies.
func (o *Origin) Name() string {
	if dump.InBucket(o.Dump) {
		return path.Base(o.Dump)
	}
	return o.Dump
}

// Lines says all of it.
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
			lines = append(lines, "with the address of one user, who was named with --login-as")
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

// SourceIdentity recognizes the database that the rows are from; nil when it is not known.
func (o *Origin) SourceIdentity() *catalog.SourceIdentity {
	if o == nil {
		return nil
	}
	return o.Source
}
