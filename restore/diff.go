package restore

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"
	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/diff"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
	"github.com/rubyforgood/hectl/restore/target"
)

// diffOptions are the settings of one comparison.
type diffOptions struct {
	dump.Choice                // the second dump, unless to names it
	masked      config.Bucket  // used for masked dumps if the other bucket cannot be read
	anyLabel    bool           // the label is the default, so any label is accepted
	from        string         // name that the user gave; "" for the dump before to
	to          string         // "" or "latest" for the newest
	target      *target.Target // the first dump is the one it was fetched from; nil without --since-fetch
	schema      bool
	rows        string // the table whose rows to show; "" for none
	raw         bool

	trust    dump.Trust
	required string           // the hectl.yml that requires masked data; "" if none does
	rules    *command.Masking // masking rules for the rows that are shown
}

func diffCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "diff",
		Usage:     "show what has changed between two dumps",
		UsageText: "hectl diff [OLD] [NEW] [options]",
		Description: `EXAMPLES:
   hectl diff                            the newest production dump and the one
                                         before it
   hectl diff --since-fetch              what has changed since your last fetch
   hectl diff production-20261123083000.rds.dump latest --schema
   hectl diff --at 2026-11-24            that day's last dump and the one before
   hectl diff --rows public.items        the rows that differ, masked

   OLD and NEW are keys, s3:// addresses, files, or "latest". hectl compares
   the schemas, and pairs the rows of each table by its primary key. If hectl
   made both dumps, it downloads only the parts that differ. It does not compare
   rows of tables without a key, or whose definition has changed.

   --rows shows personal data, so it masks the rows by the rules in hectl.yml,
   or else the built-in ones. Rows of masked dumps are shown as they are.

` + command.AtHelp,
		Flags: slices.Concat([]cli.Flag{
			&cli.BoolFlag{Category: command.Output, Name: "schema", Usage: "also show how the schema differs, as SQL"},
			&cli.StringFlag{Category: command.Output, Name: "rows", Usage: "show the rows of `TABLE` that differ, instead of the summary"},
			&cli.BoolFlag{Category: command.Output, Name: "raw", Usage: "with --rows: show the rows unmasked"},
			&cli.BoolFlag{Category: command.Database, Name: "since-fetch", Usage: "OLD is the dump that TARGET was fetched from"},
			command.TargetFlags()[0],
			command.LabelFlag(), command.AtFlag(),
		}, command.BucketFlags()),
		Action: func(c *cli.Context) error {
			opt, err := newDiffOptions(env, c)
			if err != nil {
				return err
			}
			return opt.run(c.Context, env)
		},
	}, `
0    done, whether the dumps differ or not
1    failed
2    wrong flags or settings
10   no such dump or bucket, or only one dump
12   credentials are missing, expired, or lack a permission
13   a dump is damaged
130  interrupted`)
}

func newDiffOptions(env *command.Env, c *cli.Context) (*diffOptions, error) {
	opt := &diffOptions{schema: c.Bool("schema"), rows: c.String("rows"), raw: c.Bool("raw")}
	args := c.Args().Slice()
	since := c.Bool("since-fetch")
	switch {
	case slices.Contains(args, ""), slices.Contains(args, "-"):
		return nil, fault.New(fault.Usage, `name a key, an s3:// address, a file or "latest"`, "diff cannot read standard input or an empty key")
	case since && len(args) > 1, len(args) > 2:
		return nil, fault.New(fault.Usage, `see "hectl diff --help"`, "diff compares two dumps, but was given more")
	case opt.raw && opt.rows == "":
		return nil, fault.New(fault.Usage, "add --rows TABLE, or omit --raw", "--raw requires --rows")
	case opt.rows != "" && c.Bool("json"):
		return nil, fault.New(fault.Usage, "", "--rows and --json cannot be used together")
	case !since && c.IsSet("target"):
		return nil, fault.New(fault.Usage, "add --since-fetch, or omit --target", "--target requires --since-fetch")
	case since:
		args = slices.Insert(args, 0, "")
	}
	if len(args) > 0 {
		opt.from = args[0]
	}
	if len(args) > 1 {
		opt.to = args[1]
	}
	if opt.to == "latest" {
		opt.to = ""
	}
	if opt.to != "" && c.IsSet("at") {
		return nil, fault.New(fault.Usage, "omit --at or NEW", "--at finds NEW by its time, but %s already names it", fault.Quote(opt.to))
	}
	var err error
	if opt.At, err = command.ParseAt(env, c); err != nil {
		return nil, err
	}
	settings, err := env.Settings()
	if err != nil {
		return nil, err
	}
	flags := command.Given(c)
	label, err := settings.Label(flags)
	if err != nil {
		return nil, err
	}
	opt.Label, opt.anyLabel = label.Text, label.Origin == config.ByDefault
	if opt.Bucket, err = settings.Bucket(flags); err != nil {
		return nil, err
	}
	if opt.masked, err = settings.MaskedBucket(flags); err != nil {
		return nil, err
	}
	if opt.required, opt.trust, err = command.RequiresMasking(env, c); err != nil {
		return nil, err
	}
	if opt.raw && opt.required != "" {
		return nil, fault.New(fault.Usage, "omit --raw", "--raw is refused: %s has mask.mode: required", opt.required)
	}
	if opt.rules, err = command.MaskRules(settings, env.Console); err != nil {
		return nil, err
	}
	if since {
		opt.target, _, err = command.NewTarget(env, c)
	}
	return opt, err
}

func (o *diffOptions) run(ctx context.Context, env *command.Env) error {
	from, to, err := o.find(ctx, env)
	if err != nil {
		return err
	}
	a, err := o.open(ctx, from)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }() // opened for reading only
	b, err := o.open(ctx, to)
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }()
	d := diff.Compare(a, b)
	if o.rows != "" {
		return o.show(ctx, env.Stdout, d, a, b)
	}
	result := &difference{
		From: a.Info(), To: b.Info(), Tables: make([]diffTable, len(d.Tables)),
		Schema: []diffObject{}, Sequences: d.Sequences, sql: o.schema,
	}
	for _, object := range d.Schema {
		result.Schema = append(result.Schema, newDiffObject(object, o.schema))
	}
	if err := countChanges(ctx, env.Console, d, result); err != nil {
		return err
	}
	return env.Console.Result(result)
}

func (o *diffOptions) find(ctx context.Context, env *command.Env) (from, to dump.Opener, err error) {
	finder := command.NewFinder(env)
	named := func(name string) (dump.Opener, error) {
		return dump.Locate(name, strings.NewReader(""), func(key string) (dump.Opener, error) { return finder.Named(ctx, o.Bucket, key) })
	}
	newest := func(c dump.Choice) (dump.Opener, error) {
		object, instead, err := finder.NewestReadable(ctx, c, o.masked)
		if instead {
			env.Console.Say("%s cannot be read with these credentials: comparing masked dumps, from %s", c.Bucket, o.masked)
		}
		return object, err
	}
	if o.target != nil {
		name, err := o.origin(ctx)
		if err != nil {
			return nil, nil, err
		}
		if from, err = named(name); err != nil {
			return nil, nil, err
		}
		if object, ok := from.(dump.Object); ok { // a masked dump is compared with a masked one
			o.Bucket = object.Bucket
			if o.anyLabel && object.Dump.Label != "" {
				o.Label = object.Dump.Label
			}
		}
	}
	if o.to == "" {
		to, err = newest(o.Choice)
	} else {
		to, err = named(o.to)
	}
	switch {
	case err != nil || from != nil:
		return from, to, err
	case o.from == "latest":
		from, err = newest(dump.Choice{Bucket: o.Bucket, Label: o.Label})
		return from, to, err
	case o.from != "":
		from, err = named(o.from)
		return from, to, err
	}
	object, ok := to.(dump.Object)
	if !ok {
		return nil, nil, fault.New(fault.Usage, "name both dumps", "cannot tell which dump precedes a file")
	}
	older, found, err := object.Older(ctx)
	if err == nil && !found {
		err = fault.New(fault.NotFound, `run "hectl list" to see the dumps`, "there is no dump before %s", object.Name())
	}
	return older, to, err
}

// origin returns the dump that the target was fetched from.
func (o *diffOptions) origin(ctx context.Context) (string, error) {
	held, err := o.target.Look(ctx)
	if err != nil {
		return "", err
	}
	const hint = `name the dump instead: "hectl diff OLD"`
	switch {
	case held.Target == nil:
		return "", fault.New(fault.NotFound, hint, "%s does not exist on %s", o.target.Name(), o.target)
	case held.Target.Origin == nil || held.Target.Origin.Dump == "" || held.Target.Origin.Dump == "standard input":
		return "", fault.New(fault.NotFound, hint, "no dump is recorded as the origin of %s", o.target.Name())
	}
	return held.Target.Origin.Dump, nil
}

// open opens a dump and decides whether it counts as masked.
func (o *diffOptions) open(ctx context.Context, src dump.Opener) (*dump.Dump, error) {
	d, err := src.Open(ctx)
	if err != nil {
		if object, ok := src.(dump.Object); ok {
			err = object.SuggestOlder(ctx, err)
		}
		return nil, err
	}
	if d.ReadRange == nil {
		return nil, errors.Join(fault.New(fault.Usage, "write it to a file first", "%s can only be read in order", d.Name), d.Close())
	}
	_ = o.trust.Judge(d) // sets d.Masked; the reason does not matter here
	return d, nil
}

// tablesAtOnce is the number of tables that are compared at the same time.
const tablesAtOnce = 4

// countChanges reads the rows that may differ and fills the tables of result.
func countChanges(ctx context.Context, out *console.Console, d *diff.Difference, result *difference) error {
	var total int64
	for _, t := range d.Tables {
		if t.State == diff.Changed {
			total += t.Bytes()
		}
	}
	bar := out.Progress("compare", console.Bytes, total)
	defer bar.Done()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(tablesAtOnce)
	for i, t := range d.Tables {
		line := &result.Tables[i]
		*line = newDiffTable(t)
		result.Download += line.Download
		if t.State != diff.Changed {
			continue
		}
		group.Go(func() error {
			return t.Changes(ctx, diff.Options{Add: bar.Add}, func(c diff.Change) error {
				switch {
				case c.From == nil:
					line.Added++
				case c.To == nil:
					line.Removed++
				default:
					line.Changed++
				}
				return ctx.Err()
			})
		})
	}
	return group.Wait()
}

// difference is the result of hectl diff.
type difference struct {
	From      dump.Info    `json:"from"`
	To        dump.Info    `json:"to"`
	Tables    []diffTable  `json:"tables"` // tables with rows in at least one of the dumps
	Schema    []diffObject `json:"schema"`
	Sequences int          `json:"sequences_moved"`
	Download  int64        `json:"download_bytes"` // download needed to find all rows that differ

	sql bool // show how the schema differs
}

// diffTable describes the rows of a table.
type diffTable struct {
	Table    string     `json:"table"` // such as "public.users"
	State    diff.State `json:"state"`
	Why      string     `json:"why,omitempty"` // why the whole table is replaced
	Before   *int64     `json:"rows_before,omitempty"`
	After    *int64     `json:"rows_after,omitempty"`
	Added    int64      `json:"added"`
	Removed  int64      `json:"removed"`
	Changed  int64      `json:"changed"`
	Download int64      `json:"download_bytes"`
}

func newDiffTable(t *diff.Table) diffTable {
	line := diffTable{Table: t.Name.String(), State: t.State, Why: t.Why, Download: t.Bytes()}
	if t.Name.Schema == "" {
		line.Table = t.Name.Name
	}
	if t.From != nil {
		line.Before = t.From.Count
	}
	if t.To != nil {
		line.After = t.To.Count
	}
	return line
}

// rows returns the number of rows that differ.
func (t diffTable) rows() int64 { return t.Added + t.Removed + t.Changed }

// same reports whether no row differs.
func (t diffTable) same() bool {
	return t.State == diff.Same || t.State == diff.Changed && t.rows() == 0
}

// diffObject describes an object of the schema that differs.
type diffObject struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Change string `json:"change"`         // "added", "removed" or "changed"
	SQL    string `json:"diff,omitempty"` // a unified diff, with --schema
}

func newDiffObject(o diff.Object, sql bool) diffObject {
	d := diffObject{Kind: o.Kind, Name: o.Name, Change: "changed"}
	switch {
	case o.From == "":
		d.Change = "added"
	case o.To == "":
		d.Change = "removed"
	}
	if sql && !mayHoldPasswords(o.Kind) {
		name := o.Kind + " " + o.Name
		d.SQL = fault.Redact(udiff.Unified("old "+name, "new "+name, o.From, o.To))
	}
	return d
}

// mayHoldPasswords reports whether the SQL of objects of a kind may contain passwords.
// Such SQL is never shown. DATABASE PROPERTIES are the settings of the database, and
// applications can define their own.
func mayHoldPasswords(kind string) bool {
	return slices.Contains([]string{"DATABASE PROPERTIES", "FOREIGN DATA WRAPPER", "SERVER", "SUBSCRIPTION", "USER MAPPING"}, kind)
}

// Text renders the tables that differ, then a summary.
func (d *difference) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "old  %s\nnew  %s\n\n", d.From, d.To)
	table := [][]string{{"TABLE", "ADDED", "REMOVED", "CHANGED", "DOWNLOAD", ""}}
	reasons := []string{""} // printed below each line of table
	var most int64
	same := 0
	for _, t := range d.Tables {
		most = max(most, t.rows())
		if t.same() {
			same++
		}
	}
	for _, t := range d.Tables {
		if t.same() {
			continue
		}
		reason := ""
		line := []string{console.Clean(t.Table), rowCount(t.Added), rowCount(t.Removed), rowCount(t.Changed), text.Size(t.Download), chart(t.rows(), most)}
		switch t.State {
		case diff.Added:
			line[1], line[5] = rowsOf(t.After), "only in the new dump"
		case diff.Removed:
			line[2], line[5] = rowsOf(t.Before), "only in the old dump"
		case diff.Replaced:
			line[5] = fmt.Sprintf("%s → %s rows, not compared:", rowsOf(t.Before), rowsOf(t.After))
			reason = "    " + t.Why + "\n"
		case diff.Same, diff.Changed:
		}
		table, reasons = append(table, line), append(reasons, reason)
	}
	if len(table) > 1 {
		i := 0
		for line := range strings.Lines(text.Table(table)) {
			b.WriteString(line + reasons[i])
			i++
		}
		b.WriteString("\n")
	}
	if d.sql {
		for _, o := range d.Schema {
			if o.SQL == "" {
				fmt.Fprintf(&b, "%s %s: %s; its SQL may contain a password, so it is not shown\n", o.Kind, o.Name, o.Change)
			}
			b.WriteString(o.SQL)
		}
		if len(d.Schema) > 0 {
			b.WriteString("\n")
		}
	}
	b.WriteString("the rows of " + text.Count(same, "table") + " are the same\n")
	b.WriteString("schema: " + d.objects() + "\n")
	if d.Sequences > 0 {
		fmt.Fprintf(&b, "sequences with a different value: %d\n", d.Sequences)
	}
	fmt.Fprintf(&b, "to download: %s", text.Size(d.Download))
	if d.To.Size > 0 {
		fmt.Fprintf(&b, "; the whole new dump has %s", text.Size(d.To.Size))
	}
	return b.String() + "\n"
}

// objects summarizes how the schema differs.
func (d *difference) objects() string {
	if len(d.Schema) == 0 {
		return "the same"
	}
	counts := map[string]int{}
	for _, o := range d.Schema {
		counts[o.Change]++
	}
	var parts []string
	for _, change := range []string{"added", "removed", "changed"} {
		if n := counts[change]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, change))
		}
	}
	line := strings.Join(parts, ", ")
	if !d.sql {
		line += " (--schema shows them)"
	}
	return line
}

func rowCount(n int64) string {
	if n == 0 {
		return "-"
	}
	return humanize.Comma(n)
}

// rowsOf renders the total number of rows of a table, if it is known.
func rowsOf(n *int64) string {
	if n == nil {
		return "?"
	}
	return humanize.Comma(*n)
}

// chartCells is the length of the longest bar, in characters.
const chartCells = 20

// chart renders a bar for n rows. Unless n is 0, it is at least an eighth of a character
// long.
func chart(n, most int64) string {
	if n == 0 || most == 0 {
		return ""
	}
	eighths := max(1, int(float64(n)/float64(most)*chartCells*8))
	bar := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		bar += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return bar
}

// show writes the rows of a table that differ. A minus sign marks rows of the old dump, a
// plus sign rows of the new one.
func (o *diffOptions) show(ctx context.Context, stdout io.Writer, d *diff.Difference, from, to *dump.Dump) error {
	at := slices.IndexFunc(d.Tables, func(t *diff.Table) bool {
		return t.Name.String() == o.rows || t.Name.Schema+"."+t.Name.Name == o.rows || t.Name.Schema == "public" && t.Name.Name == o.rows
	})
	if at < 0 {
		return fault.New(fault.Usage, `run "hectl diff" to list the tables`, "neither dump has rows for table %s", fault.Quote(o.rows))
	}
	t := d.Tables[at]
	switch t.State {
	case diff.Same:
		return nil
	case diff.Changed:
	case diff.Added, diff.Removed, diff.Replaced:
		why := t.Why
		if t.State != diff.Replaced {
			why = "only one of the dumps has rows of it"
		}
		return fault.New(fault.Usage, "", "the rows of %s cannot be compared: %s", t.Name, why)
	}
	entry := t.Entry()
	var masked *rows.Table
	if !o.raw && (!from.Masked || !to.Masked) {
		var err error
		if masked, err = o.maskOf(to, entry); err != nil {
			return err
		}
	}
	w := bufio.NewWriter(stdout)
	var buffer []byte
	line := func(sign rune, row []byte) error {
		if row == nil {
			return nil
		}
		if masked != nil {
			var err error
			if buffer, err = masked.Rows(buffer[:0], row, 0); err != nil {
				return err
			}
			row = buffer
		}
		columns := strings.Split(strings.TrimSuffix(entry.Text(string(row)), "\n"), "\t")
		for i := range columns {
			columns[i] = console.Clean(columns[i])
		}
		_, err := w.WriteString(string(sign) + strings.Join(columns, "\t") + "\n")
		return err
	}
	err := t.Changes(ctx, diff.Options{}, func(c diff.Change) error {
		return errors.Join(line('-', c.From), line('+', c.To))
	})
	return errors.Join(err, w.Flush())
}

// maskOf returns the mask for the rows of a table, nil for none. It refuses a table whose
// rows masking leaves out.
func (o *diffOptions) maskOf(d *dump.Dump, entry *archive.Entry) (*rows.Table, error) {
	if o.rules.None() {
		return nil, fault.New(fault.Usage, "add --raw to show the rows unmasked", "hectl.yml has base: none and no rules to mask the rows of %s with", entry.DisplayName())
	}
	is := func(e *archive.Entry) bool { return e.Namespace == entry.Namespace && e.Tag == entry.Tag }
	plan, seed, err := o.rules.ByRules(d.Head, mask.Options{Takes: is, RowsOnly: true}, true, "")
	if err != nil {
		return nil, err
	}
	credentials, err := mask.Credentials(schema.Read(d.Head), mask.CredentialOptions{Password: methods.DefaultPassword, Seed: seed, Over: plan, Takes: is})
	if err != nil {
		return nil, err
	}
	plan = plan.Over(credentials)
	masked := plan.Table(entry)
	if masked != nil && masked.None {
		return nil, fault.New(fault.Usage, "add --raw to show them", "masking leaves out all rows of %s", entry.DisplayName())
	}
	return masked, nil
}
