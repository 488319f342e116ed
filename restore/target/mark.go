package target

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/pgtools"
)

// markPrefix is the prefix of every line that hectl writes into a comment.
const markPrefix = "hectl: "

// A kind is the purpose of a database that hectl keeps. It is the first line of the
// database's comment, where people see it in psql.
type kind string

// The kinds of databases. The texts are in databases that older releases marked, so
// they never change.
const (
	NoKind       kind = "" // a target, or a database that is not hectl's
	KeptKind     kind = "hectl: the previous database, dropped by the next fetch"
	TempKind     kind = "hectl: a temporary database, dropped by the next run"
	SnapshotKind kind = `hectl: a snapshot, see "hectl snapshot list"`
)

// Mark is hectl's part of the comment on a database, line by line: the kind, the rest of
// the mark as JSON, and the user's own comment. Each may be missing. A comment stays with
// its database when that is renamed.
type Mark struct {
	Kind kind   `json:"-"`
	Own  string `json:"-"`

	Target   string         `json:"target,omitempty"` // the target that it belongs, or belonged, to
	Origin   *Origin        `json:"origin,omitempty"`
	Snapshot *SnapshotFacts `json:"snapshot,omitempty"`
	// Raw reports that a temp database gets the dump's rows unmasked, and that hectl
	// replaces them afterwards.
	Raw bool `json:"raw,omitempty"`
}

// SnapshotFacts describe a snapshot.
type SnapshotFacts struct {
	Name  string    `json:"name"`
	Saved time.Time `json:"saved_at"`
	// Automatic reports that a fetch made the snapshot and may replace it.
	Automatic bool `json:"automatic,omitempty"`
	// Production reports that it was saved with --force from a database that may be
	// production's.
	Production bool `json:"production,omitempty"`
	// Recipe describes how the database was fetched, if the fetch itself made the
	// snapshot; nil otherwise.
	Recipe *Recipe `json:"recipe,omitempty"`
	// ChangedSince has the number of rows that refreshes have changed since the statistics
	// of a table were taken, by the SQL of its name.
	ChangedSince map[string]int64 `json:"changed_since_analyze,omitempty"`
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

// comment returns the text that ParseMark reads.
func (m Mark) comment() string {
	var lines []string
	if m.Kind != NoKind {
		lines = append(lines, string(m.Kind))
	}
	if m.Target != "" || m.Origin != nil || m.Snapshot != nil {
		text, err := json.Marshal(m)
		if err == nil { // a Mark can always be encoded
			lines = append(lines, markPrefix+string(text))
		}
	}
	if m.Own != "" {
		lines = append(lines, m.Own)
	}
	return strings.Join(lines, "\n")
}

// CommentOn returns the statement that marks a database.
func CommentOn(database string, m Mark) string {
	return "COMMENT ON DATABASE " + pgtools.Quote(database) + " IS " + pgtools.QuoteLiteral(m.comment())
}

// DatabaseMark reads the mark of a database.
func DatabaseMark(ctx context.Context, admin *pgtools.DB, name string) (Mark, error) {
	comment, err := databaseComment(ctx, admin, name)
	return ParseMark(comment), err
}

// KeptMark returns the statement that marks the target as a previous database, which a
// later run may drop.
func KeptMark(ctx context.Context, admin *pgtools.DB, target string) (string, error) {
	m, err := DatabaseMark(ctx, admin, target)
	m.Kind, m.Target, m.Snapshot = KeptKind, target, nil
	return CommentOn(target, m), err
}

// MarkTemp marks a database as a temp database. raw sets Mark.Raw.
func (s *Session) MarkTemp(ctx context.Context, name string, raw bool) error {
	_, err := s.DB.Exec(ctx, CommentOn(name, Mark{Kind: TempKind, Target: s.Name(), Raw: raw}))
	return err
}

// databaseComment returns the comment on a database, "" if it has none.
func databaseComment(ctx context.Context, admin *pgtools.DB, name string) (comment string, err error) {
	err = admin.QueryRow(ctx, `
		SELECT coalesce(pg_catalog.shobj_description(oid, 'pg_database'), '')
		FROM pg_catalog.pg_database WHERE datname = $1`, name).Scan(&comment)
	if err != nil {
		return "", fmt.Errorf("look up the comment on database %s: %w", name, err)
	}
	return comment, nil
}

// Recipe is everything that determines the result of a fetch: two fetches with the same
// recipe make the same database, except for random values. It includes the version of
// hectl, because a different version may scrub more.
type Recipe struct {
	Dump    string `json:"dump"` // "s3://…"
	ETag    string `json:"etag"`
	Chosen  string `json:"chosen_tables,omitempty"`
	Kept    string `json:"kept_rows,omitempty"`
	Login   string `json:"login_as,omitempty"` // a hash of the address
	Without string `json:"without,omitempty"`
	Masked  bool   `json:"masked"`
	Rules   string `json:"mask_rules,omitempty"`
	Seed    string `json:"seed_fingerprint,omitempty"` // "" for a random one
	After   string `json:"after,omitempty"`            // hash of the SQL that ran afterwards
	User    string `json:"user"`                       // the owner of everything in the database
	Version string `json:"hectl_version"`
	// Password is the bcrypt hash of the users' password; "" for the default password.
	Password string `json:"password,omitempty"`
}
