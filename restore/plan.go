package restore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// plan is what a run will do, decided before anything is changed.
type plan struct {
	Dump     dump.Info `json:"dump"`
	Target   string    `json:"target"`
	Server   string    `json:"server"` // user@host:port/database of the target
	Version  string    `json:"server_version"`
	Exists   bool      `json:"target_exists"`
	Temp     string    `json:"temp_database"`
	Previous string    `json:"previous_database,omitempty"` // kept under this name; "" when nothing is kept
	Tool     string    `json:"pg_restore"`
	Tables   int       `json:"tables"`
	// Chosen says which tables' rows are restored; "" for all.
	Chosen string `json:"chosen_tables,omitempty"`
	// Kept are tables whose rows come because --keep-rows names them.
	Kept    []string `json:"kept_rows,omitempty"`
	Masking maskInfo `json:"masking"`
	// After are the SQL files, and AfterRestore the commands, that hectl.yml runs.
	After        []string `json:"after,omitempty"`
	AfterRestore []string `json:"after_restore,omitempty"`
	// LeftOut is what of the dump is not restored.
	LeftOut []leftOut `json:"left_out,omitempty"`
	// Leftovers are databases of earlier runs that will be dropped.
	Leftovers []string `json:"leftover_databases,omitempty"`
	// Snapshot is the one that will be made.
	Snapshot string `json:"saved_snapshot,omitempty"`

	etag        string // of the dump, "" when it has none
	source      *catalog.SourceIdentity
	login       *login  // how to sign in; nil when that is not known
	mark        mark    // of the temp database once it is the target
	saves       *saving // nil when no snapshot is made
	create      pgtools.CreateOptions
	outgoing    string // name of the older previous database on its way out
	replaceable bool   // drop the replaced database, too
	raw         bool   // rows come as they are in the dump, and are replaced later
	// dropsPrevious says that there is a previous database, which goes.
	dropsPrevious bool
}

// plan decides names and tools. existing is nil when there is no target yet.
func (r *run) plan(d *dump.Dump, masks *mask.Plan, pre preflight, server pgtools.Version, existing *pgtools.Database) plan {
	p := r.exchange(server, existing)
	p.Dump, p.source = d.Info(), d.SourceIdentity()
	p.Tool = fmt.Sprintf("%s (%s)", pre.tool.Path, pre.tool.Version)
	p.Tables = d.Head.Tables()
	p.Chosen = r.tables.String()
	p.Kept = r.kept(d, masks)
	p.Masking = r.maskInfo(d, masks)
	p.LeftOut, p.raw = pre.left, r.insertsRows(d, masks)
	for _, s := range r.after.sql {
		p.After = append(p.After, s.path)
	}
	return p
}

// exchange decides the names: it is the part of a plan that is the same whatever
// takes the target's place.
func (r *run) exchange(server pgtools.Version, existing *pgtools.Database) plan {
	now := r.out.Now()
	target := r.target.Database()
	p := plan{
		Target:      target,
		Server:      r.target.String(),
		Version:     server.String(),
		Exists:      existing != nil,
		Temp:        tempName(target, now),
		outgoing:    outgoingName(target, now),
		replaceable: r.dropPrevious,

		AfterRestore: r.after.lines(),
	}
	if existing != nil && !r.scratch && !r.dropPrevious {
		p.Previous = previousName(target)
	}
	return p
}

// asItWas adds to the error of an interrupted run that the target is as it was:
// whoever pressed Ctrl-C wonders.
func (p plan) asItWas(ctx context.Context, err error) error {
	if ctx.Err() == nil || !p.Exists {
		return err
	}
	return fmt.Errorf("%s is as it was: %w", p.Target, err)
}

// plainVersion is a version without what a packager adds, such as
// "15.18 (Debian 15.18-0+deb12u1)".
func plainVersion(version string) string {
	version, _, _ = strings.Cut(version, " (")
	return version
}

// IsProse lets a terminal break its lines.
func (plan) IsProse() {}

// Text renders the plan for --dry-run.
func (p plan) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "would restore   %s\n", p.Dump)
	fmt.Fprintf(&b, "  made by       pg_dump %s of %s on PostgreSQL %s, %d tables\n", plainVersion(p.Dump.DumpVersion), p.Dump.Database, plainVersion(p.Dump.ServerVersion), p.Tables)
	if p.Chosen != "" {
		fmt.Fprintf(&b, "  rows of       %s\n", p.Chosen)
	}
	if len(p.Kept) > 0 {
		fmt.Fprintf(&b, "  with rows of  %s\n", strings.Join(p.Kept, ", "))
	}
	for _, l := range p.LeftOut {
		fmt.Fprintf(&b, "  without       %s\n", l)
	}
	fmt.Fprintf(&b, "with            %s\n", p.Tool)
	fmt.Fprintf(&b, "into            %s on %s (PostgreSQL %s)\n", p.Temp, p.Server, p.Version)
	fmt.Fprintf(&b, "masking         %s\n", p.Masking)
	width := 13
	for _, c := range p.Masking.Covered {
		width = max(width, len(c.Table))
	}
	for _, c := range p.Masking.Covered {
		what := "no rows"
		if !c.NoRows {
			what = strings.Join(c.Columns, ", ")
		}
		fmt.Fprintf(&b, "  %-*s %s\n", width, c.Table, what)
	}
	if sql := slices.Concat(p.Masking.After, p.After); len(sql) > 0 {
		fmt.Fprintf(&b, "then run        %s\n", strings.Join(sql, ", "))
	}
	if p.saves != nil {
		b.WriteString(p.saves.text())
	}
	p.exchangeText(&b)
	return b.String()
}

// exchangeText renders what follows when the temp database is complete.
func (p plan) exchangeText(b *strings.Builder) {
	for _, line := range p.AfterRestore {
		fmt.Fprintf(b, "then run        %s\n", line)
	}
	switch {
	case !p.Exists:
		fmt.Fprintf(b, "then rename     %s to %s, which does not exist yet\n", p.Temp, p.Target)
	case p.Previous == "":
		fmt.Fprintf(b, "then replace    %s by it, and drop what %s was\n", p.Target, p.Target)
	default:
		fmt.Fprintf(b, "then rename     %s to %s, and %s to %s\n", p.Target, p.Previous, p.Temp, p.Target)
	}
	if p.dropsPrevious {
		fmt.Fprintf(b, "then drop       the current %s\n", previousName(p.Target))
	}
	for _, name := range p.Leftovers {
		fmt.Fprintf(b, "before, drop    %s, left by an earlier run\n", name)
	}
	b.WriteString("nothing was changed (--dry-run)")
}

// preflight is what is known of a restore before anything is changed.
type preflight struct {
	tool     pgtools.Tool // the pg_restore to use
	left     []leftOut
	problems []error // all that would make the restore fail
}

// preflight checks all that would make the restore fail, at once.
func (r *run) preflight(ctx context.Context, admin *pgtools.DB, d *dump.Dump, existing *pgtools.Database) (preflight, error) {
	p, err := r.check(ctx, admin, d, existing)
	if err != nil {
		return p, err
	}
	if len(p.problems) > 0 {
		return p, cannot(p.problems, "restore %s into %s", d.Name, r.target)
	}
	if where, err := locate(ctx, admin); err == nil {
		if text := where.narrow(d); text != "" {
			r.out.Warn("%s", text)
		}
	}
	r.say(p.left)
	r.note(d)
	return p, nil
}

// check looks for a pg_restore and for what would make a restore fail.
func (r *run) check(ctx context.Context, admin *pgtools.DB, d *dump.Dump, existing *pgtools.Database) (p preflight, err error) {
	tools, err := r.tools()
	if err != nil {
		return p, err
	}
	add := func(problems ...error) { p.problems = append(p.problems, problems...) }
	if p.tool, err = tools.Restore(admin.ServerVersion(), d.Head.Version.Minor); err != nil {
		add(err)
	} else if !p.tool.Reads(d.Head.Version.Minor) {
		if _, err := archive.Downgrade(d.HeadBytes, d.Head); err != nil {
			add(fmt.Errorf("%w (%w)", tools.NoRestore(d.Head.Version.Minor, admin.ServerVersion()), err))
		}
	}
	if err := noLiterals(d.Head, admin.ServerVersion()); err != nil {
		add(err)
	}
	if !defines(d.Head) {
		add(fault.New(fault.Failed, "dump it with its definitions: pg_dump -Fc, without -a (--data-only) and without --section=data",
			"the dump has rows, but defines no table to put them in"))
	}
	left, unmet, err := r.leaveOut(ctx, admin, d)
	if err != nil {
		return p, err
	}
	p.left = left
	add(unmet...)
	for _, e := range foreignRows(d.Head) {
		if r.tables.takes(e) && !d.Edits.Drops(e) {
			add(fmt.Errorf("the dump has rows of the foreign table %s, which would be written to another server: leave them out with --exclude-table-data", dump.TableName(e)))
		}
	}
	rights, err := lacking(ctx, admin, existing)
	add(rights...)
	return p, err
}

// defines reports whether an archive that has rows also defines a table, or an
// extension that may.
func defines(h *archive.Head) bool {
	rows := false
	for i := range h.Entries {
		switch h.Entries[i].Desc {
		case "TABLE", "FOREIGN TABLE", "EXTENSION":
			return true
		case "TABLE DATA":
			rows = true
		}
	}
	return !rows
}

// cannot is the refusal to do what the format says, with all that speaks against
// it, and all that would help, each a hint of its own.
func cannot(problems []error, format string, args ...any) error {
	var texts, hints []string
	for _, p := range problems {
		texts = append(texts, p.Error())
		hints = append(hints, fault.Hints(p)...)
	}
	err := fault.New(fault.Failed, "", "cannot %s: %s", fmt.Sprintf(format, args...), strings.Join(texts, "; "))
	for _, hint := range slices.Backward(hints) {
		err = fault.Wrap(fault.Failed, hint, err)
	}
	return err
}

// CheckEnvironment returns the refusal to replace a target where RAILS_ENV or one like
// it says that this machine is production's. It asks no server.
func CheckEnvironment(settings *config.Sources, target pgtools.Conn) error {
	var reasons []string
	for _, reason := range guard(facts{Env: settings.LookupApplication, EnvOrigin: settings.ApplicationOrigin, Target: target}) {
		if strings.HasSuffix(reason, unsetIt) {
			reasons = append(reasons, reason)
		}
	}
	return refusal("replace", target, reasons)
}

// CheckRole connects to the server of a target, and returns what the role lacks for a
// restore.
func CheckRole(ctx context.Context, target pgtools.Conn) error {
	admin, err := pgtools.ConnectMaintenance(ctx, target, appName)
	if err != nil {
		return err
	}
	defer admin.Close(context.WithoutCancel(ctx))
	existing, exists, err := admin.Database(ctx, target.Database())
	if err != nil {
		return err
	}
	of := &existing
	if !exists {
		of = nil
	}
	problems, err := lacking(ctx, admin, of)
	if err != nil || len(problems) == 0 {
		return err
	}
	return problems[0]
}

// lacking returns what the role or the server lacks for a restore.
func lacking(ctx context.Context, admin *pgtools.DB, existing *pgtools.Database) (problems []error, err error) {
	var role, superuser string
	var mayCreate, standby bool
	err = admin.QueryRow(ctx, `
		SELECT rolname::text,
		       coalesce((SELECT s.rolname FROM pg_catalog.pg_roles s WHERE s.rolsuper AND s.rolcanlogin ORDER BY s.oid LIMIT 1), 'postgres')::text,
		       rolsuper OR rolcreatedb,
		       pg_is_in_recovery()
		FROM pg_catalog.pg_roles WHERE rolname = current_user`).Scan(&role, &superuser, &mayCreate, &standby)
	if err != nil {
		return nil, fmt.Errorf("look up the role's rights: %w", err)
	}
	// What a role lacks, it cannot give to itself.
	grant := func(statement string) string { return superuserLine(admin.Conn(), superuser, statement) }
	if !mayCreate {
		problems = append(problems, fault.New(fault.Denied, grant("ALTER ROLE "+pgtools.Quote(role)+" CREATEDB"), "the role %s may not create databases", role))
	}
	if existing != nil {
		others, err := othersDatabases(ctx, admin, existing.Name, previousName(existing.Name))
		if err != nil {
			return nil, err
		}
		for _, d := range others {
			hint := grant("GRANT " + pgtools.Quote(d.Owner) + " TO " + pgtools.Quote(role))
			if d.Super { // who is a member of that may do all that it may
				hint = fmt.Sprintf("connect as the role %s, or give it away: %s", d.Owner, grant("ALTER DATABASE "+pgtools.Quote(d.Name)+" OWNER TO "+pgtools.Quote(role)))
			}
			problems = append(problems, fault.New(fault.Denied, hint, "%s belongs to the role %s, of which %s is no member", d.Name, d.Owner, role))
		}
		prepared, err := pgtools.Rows[string](ctx, admin, `
			SELECT 'there is a prepared transaction in ' || database || ' (COMMIT PREPARED or ROLLBACK PREPARED ' || quote_literal(gid) || ')'
			FROM pg_catalog.pg_prepared_xacts WHERE database IN ($1, $2)`, existing.Name, previousName(existing.Name))
		if err != nil {
			return nil, fmt.Errorf("look for prepared transactions: %w", err)
		}
		for _, text := range prepared {
			problems = append(problems, errors.New(text))
		}
		subscribed, err := subscriptions(ctx, admin, existing.Name, previousName(existing.Name))
		if err != nil {
			return nil, err
		}
		problems = append(problems, subscribed...)
	}
	if standby {
		problems = append(problems, errors.New("the server is a standby, which can only be read"))
	}
	return problems, nil
}

// subscriptions returns which databases have subscriptions: those can neither be
// renamed while rows arrive, nor be dropped.
func subscriptions(ctx context.Context, admin *pgtools.DB, databases ...string) (problems []error, err error) {
	type subscription struct{ Database, Name, Owner string }
	found, err := pgtools.Rows[subscription](ctx, admin, `
		SELECT d.datname::text, s.subname::text, pg_catalog.pg_get_userbyid(s.subowner)::text
		FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
		WHERE d.datname = ANY($1) ORDER BY 1, 2`, databases)
	if err != nil {
		return nil, fmt.Errorf("look for subscriptions: %w", err)
	}
	for _, s := range found {
		alter := "ALTER SUBSCRIPTION " + pgtools.Quote(s.Name)
		problems = append(problems, fault.New(fault.Failed,
			psqlLineIn(admin.Conn(), s.Database, s.Owner, nil, alter+" DISABLE", alter+" SET (slot_name = NONE)", "DROP SUBSCRIPTION "+pgtools.Quote(s.Name)),
			"%s has the subscription %s, with which it cannot be replaced", s.Database, s.Name))
	}
	return problems, nil
}

// othersDatabase is a database that the role can neither rename nor drop.
type othersDatabase struct {
	Name, Owner string
	Super       bool // the owner is a superuser
}

func othersDatabases(ctx context.Context, admin *pgtools.DB, names ...string) ([]othersDatabase, error) {
	found, err := pgtools.Rows[othersDatabase](ctx, admin, `
		SELECT d.datname::text, o.rolname::text, o.rolsuper
		FROM pg_catalog.pg_database d JOIN pg_catalog.pg_roles o ON o.oid = d.datdba
		WHERE d.datname = ANY($1) AND NOT pg_catalog.pg_has_role(d.datdba, 'MEMBER')
		ORDER BY d.datname`, names)
	if err != nil {
		return nil, fmt.Errorf("look up whom the databases belong to: %w", err)
	}
	return found, nil
}

// foreignRows returns the entries that hold rows of foreign tables, as pg_dump
// --include-foreign-data writes them. A restore would send them to where the
// dumped database had them from.
func foreignRows(h *archive.Head) []*archive.Entry {
	byID := h.ByID()
	return slices.DeleteFunc(h.InSection(archive.SectionData), func(e *archive.Entry) bool {
		return e.Desc != "TABLE DATA" || !slices.ContainsFunc(e.Dependencies, func(id int) bool {
			return byID[id] != nil && byID[id].Desc == "FOREIGN TABLE"
		})
	})
}

// note logs with --verbose what the head of a dump contains.
func (r *run) note(d *dump.Dump) {
	h := d.Head
	r.out.Detail("%s: layout %s, %s, database %s, PostgreSQL %s, pg_dump %s, %d entries, %d tables with data",
		d.Name, h.Version, dump.CompressionName(h.Compression), h.Database, h.ServerVersion, h.DumpVersion, len(h.Entries), h.Tables())
}
