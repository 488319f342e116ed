package target

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/pgtools"
)

// markPrefix begins every line of a comment that is hectl's.
const markPrefix = "hectl: "

// A kind is what hectl has a database for, beside targets: the first line of the
// comment on it, also for people who look at it with psql.
type kind string

// The kinds of databases. The texts are in databases that older releases marked, so
// they never change.
const (
	NoKind       kind = "" // a target, or a database that is not hectl's
	KeptKind     kind = "hectl: the previous database, dropped by the next fetch"
	TempKind     kind = "hectl: a temporary database, dropped by the next run"
	SnapshotKind kind = `hectl: a snapshot, see "hectl snapshot list"`
)

// Mark is what the comment on a database says to hectl, line by line: the kind,
// the rest of the mark as JSON, and then what the user wrote there. Each may be
// missing. A comment follows its database when that is renamed, by whomever.
type Mark struct {
	Kind kind   `json:"-"`
	Own  string `json:"-"`

	Target   string         `json:"target,omitempty"` // whose database it is, or was
	Origin   *Origin        `json:"origin,omitempty"`
	Snapshot *SnapshotFacts `json:"snapshot,omitempty"`
	// Raw says of a temporary database that its rows come as they are in the dump,
	// and are replaced afterwards.
	Raw bool `json:"raw,omitempty"`
}

// SnapshotFacts are what a snapshot is.
type SnapshotFacts struct {
	Name  string    `json:"name"`
	Saved time.Time `json:"saved_at"`
	// Automatic says that a fetch made it, and may replace it.
	Automatic bool `json:"automatic,omitempty"`
	// Production says that --force made it of a database that may be production's.
	Production bool `json:"production,omitempty"`
	// Recipe is how it was made, when nobody has touched it between the fetch and
	// the snapshot; nil otherwise.
	Recipe *Recipe `json:"recipe,omitempty"`
}

// ParseMark reads the comment on a database.
func ParseMark(comment string) Mark {
	var m Mark
	line, rest, _ := strings.Cut(comment, "\n")
	switch k := kind(strings.TrimSpace(line)); k {
	case KeptKind, TempKind, SnapshotKind:
		m.Kind, comment = k, rest
	}
	line, rest, _ = strings.Cut(comment, "\n")
	if text, ok := strings.CutPrefix(line, markPrefix); ok {
		if err := json.Unmarshal([]byte(text), &m); err == nil {
			comment = rest
		}
	}
	m.Own = strings.TrimSpace(comment)
	return m
}

// comment is what parseMark reads.
func (m Mark) comment() string {
	var lines []string
	if m.Kind != NoKind {
		lines = append(lines, string(m.Kind))
	}
	if m.Target != "" || m.Origin != nil || m.Snapshot != nil {
		text, err := json.Marshal(m)
		if err == nil { // there is nothing in it that could not be written
			lines = append(lines, markPrefix+string(text))
		}
	}
	if m.Own != "" {
		lines = append(lines, m.Own)
	}
	return strings.Join(lines, "\n")
}

// CommentOn is the statement that marks a database.
func CommentOn(database string, m Mark) string {
	return "COMMENT ON DATABASE " + pgtools.Quote(database) + " IS " + pgtools.QuoteLiteral(m.comment())
}

// DatabaseMark reads the mark of a database.
func DatabaseMark(ctx context.Context, admin *pgtools.DB, name string) (Mark, error) {
	comment, err := databaseComment(ctx, admin, name)
	return ParseMark(comment), err
}

// KeptMark is the statement that marks the target as a previous database, which
// a later run may drop.
func KeptMark(ctx context.Context, admin *pgtools.DB, target string) (string, error) {
	m, err := DatabaseMark(ctx, admin, target)
	m.Kind, m.Target, m.Snapshot = KeptKind, target, nil
	return CommentOn(target, m), err
}

// MarkTemp marks a temp database as what it is. raw says how its rows come.
func (s *Session) MarkTemp(ctx context.Context, name string, raw bool) error {
	_, err := s.DB.Exec(ctx, CommentOn(name, Mark{Kind: TempKind, Target: s.Name(), Raw: raw}))
	return err
}

// databaseComment returns the comment on a database, "" when it has none.
func databaseComment(ctx context.Context, admin *pgtools.DB, name string) (comment string, err error) {
	err = admin.QueryRow(ctx, `
		SELECT coalesce(pg_catalog.shobj_description(oid, 'pg_database'), '')
		FROM pg_catalog.pg_database WHERE datname = $1`, name).Scan(&comment)
	if err != nil {
		return "", fmt.Errorf("look up the comment on database %s: %w", name, err)
	}
	return comment, nil
}

// Recipe is all that decides what a fetch makes of a bucket: two fetches by one
// recipe make the same database, but for values that are random by intention. The
// version of hectl is in it because another one may scrub more.
type Recipe struct {
	Dump    string `json:"dump"` // "s3://…"
	ETag    string `json:"etag"`
	Chosen  string `json:"chosen_tables,omitempty"`
	Kept    string `json:"kept_rows,omitempty"`
	Login   string `json:"login_as,omitempty"` // a hash of the address
	Without string `json:"without,omitempty"`
	Masked  bool   `json:"masked"`
	Rules   string `json:"mask_rules,omitempty"`
	After   string `json:"after,omitempty"` // hash of the SQL that ran afterwards
	User    string `json:"user"`            // to whom everything belongs
	Version string `json:"hectl_version"`
	// Password is the users', hashed by bcrypt; "" for the default one.
	Password string `json:"password,omitempty"`
}
