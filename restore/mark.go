package restore

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/pgtools"
)

// markPrefix begins every line of a comment that is hectl's.
const markPrefix = "hectl: "

// A kind is what hectl has a database for, beside targets: the first line of the
// comment on it, also for people who look at it with psql.
type kind string

const (
	noKind       kind = "" // a target, or somebody else's
	keptKind     kind = "hectl: the previous database, dropped by the next fetch"
	tempKind     kind = "hectl: a temporary database, dropped by the next run"
	snapshotKind kind = `hectl: a snapshot, see "hectl snapshot list"`
)

// A mark is what the comment on a database says to hectl, line by line: the kind,
// the rest of the mark as JSON, and then what the user wrote there. Each may be
// missing. A comment follows its database when that is renamed, by whomever.
type mark struct {
	kind kind
	own  string

	Target   string         `json:"target,omitempty"` // whose database it is, or was
	Origin   *origin        `json:"origin,omitempty"`
	Snapshot *snapshotFacts `json:"snapshot,omitempty"`
	// Raw says of a temporary database that its rows come as they are in the dump,
	// and are replaced afterwards.
	Raw bool `json:"raw,omitempty"`
}

// snapshotFacts are what a snapshot is.
type snapshotFacts struct {
	Name  string    `json:"name"`
	Saved time.Time `json:"saved_at"`
	// Automatic says that a fetch made it, and may replace it.
	Automatic bool `json:"automatic,omitempty"`
	// Production says that --force made it of a database that may be production's.
	Production bool `json:"production,omitempty"`
	// Recipe is how it was made, when nobody has touched it between the fetch and
	// the snapshot; nil otherwise.
	Recipe *recipe `json:"recipe,omitempty"`
}

// parseMark reads the comment on a database.
func parseMark(comment string) mark {
	var m mark
	line, rest, _ := strings.Cut(comment, "\n")
	switch k := kind(strings.TrimSpace(line)); k {
	case keptKind, tempKind, snapshotKind:
		m.kind, comment = k, rest
	}
	line, rest, _ = strings.Cut(comment, "\n")
	if text, ok := strings.CutPrefix(line, markPrefix); ok {
		if err := json.Unmarshal([]byte(text), &m); err == nil {
			comment = rest
		}
	}
	m.own = strings.TrimSpace(comment)
	return m
}

// comment is what parseMark reads.
func (m mark) comment() string {
	var lines []string
	if m.kind != noKind {
		lines = append(lines, string(m.kind))
	}
	if m.Target != "" || m.Origin != nil || m.Snapshot != nil {
		text, err := json.Marshal(m)
		if err == nil { // there is nothing in it that could not be written
			lines = append(lines, markPrefix+string(text))
		}
	}
	if m.own != "" {
		lines = append(lines, m.own)
	}
	return strings.Join(lines, "\n")
}

// commentOn is the statement that marks a database.
func commentOn(database string, m mark) string {
	return "COMMENT ON DATABASE " + pgtools.Quote(database) + " IS " + pgtools.QuoteLiteral(m.comment())
}

// databaseMark reads the mark of a database.
func databaseMark(ctx context.Context, admin *pgtools.DB, name string) (mark, error) {
	comment, err := databaseComment(ctx, admin, name)
	return parseMark(comment), err
}

// keptMark is the statement that marks the target as a previous database, which
// a later run may drop.
func keptMark(ctx context.Context, admin *pgtools.DB, target string) (string, error) {
	m, err := databaseMark(ctx, admin, target)
	m.kind, m.Target, m.Snapshot = keptKind, target, nil
	return commentOn(target, m), err
}

// markTemp marks a temp database as what it is. raw says how its rows come.
func (r *run) markTemp(ctx context.Context, admin *pgtools.DB, name string, raw bool) error {
	_, err := admin.Exec(ctx, commentOn(name, mark{kind: tempKind, Target: r.target.Database(), Raw: raw}))
	return err
}

// settle gives the complete temp database what hangs on the target's name, and
// notes where it comes from. It stays marked as a temp database until the swap.
func (r *run) settle(ctx context.Context, admin *pgtools.DB, p *plan, from *origin) error {
	p.mark = mark{Target: p.Target, Origin: from}
	if p.Exists {
		lost, err := admin.CopyDatabaseSettings(ctx, p.Target, p.Temp)
		if err != nil {
			return err
		}
		for _, w := range lost {
			r.warn("%s", w)
		}
		now, err := databaseMark(ctx, admin, p.Target)
		if err != nil {
			return err
		}
		p.mark.own = now.own
	}
	temp := p.mark
	temp.kind = tempKind
	_, err := admin.Exec(ctx, commentOn(p.Temp, temp))
	return err
}
