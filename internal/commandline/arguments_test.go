package commandline_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/commandline"
	"github.com/rubyforgood/hectl/internal/fault"
)

// newApp returns an app with commands like hectl's.
func newApp() *cli.App {
	describe := func(c *cli.Command) *cli.Command {
		c.Flags = append(c.Flags,
			&cli.BoolFlag{Category: "Output", Name: "json", Usage: "print the result as one JSON document"},
			&cli.BoolFlag{Category: "Output", Name: "quiet", Aliases: []string{"q"}, Usage: "print only the result"},
			&cli.BoolFlag{Category: "Output", Name: "verbose", Aliases: []string{"v"}, Usage: "explain each decision"},
			&cli.StringFlag{Category: "Output", Name: "log-format", Usage: "`FORMAT` of messages"})
		if c.Subcommands == nil {
			c.Action = func(*cli.Context) error { return nil }
		}
		commandline.Describe(c, []string{"Database", "Bucket", "Output"}, "0    done\n1    failed, for a reason\n     on two lines")
		return c
	}
	text := func(category, name, usage string, aliases ...string) cli.Flag {
		return &cli.StringFlag{Category: category, Name: name, Aliases: aliases, Usage: usage}
	}
	source, target := text("Database", "source", "`SOURCE` to dump"), text("Database", "target", "`TARGET` to replace (HECTL_TARGET)")
	bucket, label := text("Bucket", "bucket", "`s3://NAME` of the dumps"), text("Bucket", "env", "`LABEL` of the dumps")
	dryRun := &cli.BoolFlag{Category: "Database", Name: "dry-run", Aliases: []string{"n"}, Usage: "print what would happen, and change nothing: neither in the database nor in the bucket"}
	dropPrevious := &cli.BoolFlag{Category: "Database", Name: "drop-previous", Usage: "drop the previous database"}
	mask := describe(&cli.Command{
		Name: "mask", Flags: []cli.Flag{label, text("Bucket", "to", "`s3://NAME` for the masked dump"), dryRun, bucket},
		Subcommands: []*cli.Command{
			describe(&cli.Command{Name: "rules"}),
			describe(&cli.Command{Name: "check", Flags: []cli.Flag{&cli.BoolFlag{Category: "Database", Name: "suggest"}, label, bucket}}),
		},
	})
	mask.Action = func(*cli.Context) error { return nil }
	return &cli.App{
		Name: "hectl", Usage: "back up a database", UsageText: "hectl COMMAND", Description: "About all of it.",
		Commands: []*cli.Command{
			describe(&cli.Command{
				Name: "backup", Usage: "dump a database to the bucket", UsageText: "hectl backup [options]\n   hectl backup …",
				Description: "EXAMPLES:\n   hectl backup\n\n   First paragraph\n   of -- two lines.\n\n   A line to type:\n   .\\x",
				Flags: []cli.Flag{
					source, text("Database", "compress", "`METHOD[:LEVEL]` as for pg_dump", "Z"), text("Database", "pg-bin", "`DIR` of pg_dump"),
					&cli.StringSliceFlag{Category: "Database", Name: "exclude-table-data", Usage: "leave out the rows of `PATTERN`"},
					&cli.DurationFlag{Category: "Database", Name: "timeout", Usage: "fail after `TIME`"},
					&cli.BoolFlag{Category: "Bucket", Name: "prune"}, bucket,
				},
			}),
			describe(&cli.Command{Name: "list", Aliases: []string{"ls"}, Flags: []cli.Flag{
				&cli.IntFlag{Category: "Bucket", Name: "newest", Aliases: []string{"n"}, Usage: "list `N` dumps"},
				&cli.BoolFlag{Category: "Output", Name: "long", Usage: "more columns"}, label, bucket,
				text("Bucket", "path-style", "`true` or false"),
			}}),
			describe(&cli.Command{Name: "fetch-latest-db", Usage: "replace the local database", Flags: []cli.Flag{target, dropPrevious, dryRun}}),
			describe(&cli.Command{Name: "fetch-attachments"}),
			describe(&cli.Command{Name: "restore", Flags: []cli.Flag{target, dryRun, bucket, text("Database", "password", "`PASSWORD` of every user"), text("Database", "jobs", "`N` at once", "j")}}),
			describe(&cli.Command{Name: "download", Flags: []cli.Flag{target, text("Output", "output", "into `FILE`", "o")}}),
			describe(&cli.Command{Name: "verify"}),
			describe(&cli.Command{Name: "snapshot", Usage: "keep copies", UsageText: "hectl snapshot save NAME", Subcommands: []*cli.Command{
				describe(&cli.Command{Name: "save", Usage: "save a copy", UsageText: "hectl snapshot save NAME", Description: "EXAMPLES:\n   hectl snapshot save x\n\n   Saves.", Flags: []cli.Flag{target, dryRun}}),
				describe(&cli.Command{Name: "list", Flags: []cli.Flag{target}}),
				describe(&cli.Command{Name: "restore", Flags: []cli.Flag{target, dryRun, dropPrevious}}),
				describe(&cli.Command{Name: "rename", Flags: []cli.Flag{target, dryRun}}),
				describe(&cli.Command{Name: "delete", Flags: []cli.Flag{target, dryRun}}),
			}}),
			mask,
			describe(&cli.Command{Name: "completion", Subcommands: []*cli.Command{
				describe(&cli.Command{Name: "bash"}), describe(&cli.Command{Name: "zsh"}), describe(&cli.Command{Name: "fish"}),
			}}),
			describe(&cli.Command{Name: "version"}), describe(&cli.Command{Name: "man", Hidden: true}),
		},
	}
}

func TestArrange(t *testing.T) {
	app := newApp()
	for _, tt := range []struct {
		in   string
		want string // arguments, or the error if it begins with !
		hint string
	}{
		{"", "", ""}, // the app's own action prints what to type next
		{"--help", "--help", ""},
		{"-h", "--help", ""},
		{"--version", "version", ""},
		{"help", "--help", ""},
		{"help restore", "restore --help", ""},
		{"restore --help", "restore --help --", ""},
		{"restore x.dump -h --nonsense", "restore --help --", ""},
		{"restore --target dev x.dump", "restore --target=dev -- x.dump", ""},
		{"restore x.dump --target dev --dry-run", "restore --target=dev --dry-run -- x.dump", ""},
		{"-q --target=dev restore x.dump", "restore -q --target=dev -- x.dump", ""},
		{"--target dev restore x.dump", "restore --target=dev -- x.dump", ""},
		{"restore -", "restore -- -", ""},
		{"restore -- -x.dump", "restore -- -x.dump", ""},
		{"restore -j4 -qv x", "restore -j=4 -q -v -- x", ""},
		{"backup -Z9", "backup -Z=9 --", ""},
		{"backup -Z zstd:3", "backup -Z=zstd:3 --", ""},
		{"backup --exclude-table-data a,b --exclude-table-data c", "backup --exclude-table-data=a,b --exclude-table-data=c --", ""},
		{"ls --json", "list --json --", ""},
		{"restore --password -x y", "restore --password=-x -- y", ""},
		{"restore --password=--json y", "restore --password=--json -- y", ""},
		{"restore --password --x y", "restore --password=--x -- y", ""},
		{"-n fetch-latest-db", "fetch-latest-db -n --", ""},
		{"-n restore KEY", "restore -n -- KEY", ""},
		{"-n 3 list", "list -n=3 --", ""},
		{"-n 3 ls", "list -n=3 --", ""},
		{"-qj 4 restore x", "restore -q -j=4 -- x", ""},
		{"--target backup restore x", "restore --target=backup -- x", ""},
		{"--env backup list", "list --env=backup --", ""},
		{"restore list", "restore -- list", ""},
		{"-n help restore", "restore --help", ""},
		{"--help restore", "restore --help --", ""},
		{"-n list", "!-n needs a value", "hectl list --help"},
		{"-n bakup", `!there is no command "bakup"`, "hectl backup"},
		{"--nonsense -n restore", "!restore has no flag --nonsense", ""},
		{"backup --timeout 5", `!--timeout "5" is not a time such as 90s, 30m or 3h`, "hectl backup --help"},
		{"backup --timeout=1d", `!--timeout "1d" is not a time such as 90s, 30m or 3h`, "hectl backup --help"},
		{"backup --timeout https://host/hush", `!--timeout (a URL, not repeated here) is not a time such as 90s, 30m or 3h`, ""},
		{"backup --prune=yes", `!--prune "yes" is not true or false`, ""},
		{"backup --prune=true", "backup --prune=true --", ""},
		{"list -nx", `!-n "x" is not a whole number`, ""},
		{"https://host/hush", "!there is no command (a URL, not repeated here)", ""},
		{"bakup", `!there is no command "bakup"`, "hectl backup"},
		{"help fetch", `!there is no command "fetch"`, "hectl fetch-latest-db"},
		{"backup --buket s3://x", "!backup has no flag --buket", "--bucket"},
		{"backup --drop-previous", "!backup has no flag --drop-previous", ""},
		{"backup --bucket", "!--bucket needs a value", "hectl backup --help"},
		{"backup --source --json", "!--source needs a value, but --json follows (write --source=--json to use it as the value)", "hectl backup --help"},
		{"backup --source --json=true", "!--source needs a value, but --json=true follows", ""},
		{"backup --source --help", "!--source needs a value, but --help follows", ""},
		{"--source --json backup", "!--source needs a value, but --json follows", ""},
		{"backup -x", "!backup has no flag -x", "hectl backup --help"},
		{"snapshot --help", "snapshot --help --", ""},
		{"snapshot save x --dry-run", "snapshot save --dry-run -- x", ""},
		{"snapshot --target dev save x", "snapshot save --target=dev -- x", ""},
		{"--target dev -n snapshot save x", "snapshot save --target=dev -n -- x", ""},
		{"snapshot --target save save x", "snapshot save --target=save -- x", ""},
		{"snapshot restore save", "snapshot restore -- save", ""},
		{"snapshot delete x --help", "snapshot delete --help --", ""},
		{"help snapshot", "snapshot --help", ""},
		{"help snapshot save", "snapshot save --help", ""},
		{"help mask check x", "mask check --help", ""},
		{"mask --to s3://x", "mask --to=s3://x --", ""},
		{"mask --to check", "mask --to=check --", ""},
		{"mask latest --to s3://x", "mask --to=s3://x -- latest", ""},
		{"mask check", "mask check --", ""},
		{"mask --suggest check x", "mask check --suggest -- x", ""},
		{"--suggest mask x check", "!mask has no flag --suggest", `use it with "hectl mask check"`},
		{"mask x check", "mask -- x check", ""},
		{"mask --dry-run check", "!mask check has no flag --dry-run", "hectl mask check --help"},
		{"mask --bucket s3://x rules", "!mask rules has no flag --bucket", ""},
		{"completion bash --json", "completion bash --json --", ""},
		{"completion", "!completion needs a command: bash, zsh or fish", "hectl completion --help"},
		{"completion tcsh", `!completion has no command "tcsh"`, "use bash, zsh or fish"},
		{"snapshot", "!snapshot needs a command: save, list, restore, rename or delete", "hectl snapshot --help"},
		{"snapshot --target x", "!snapshot needs a command", ""},
		{"snapshot --dry-run list", "!snapshot list has no flag --dry-run", "hectl snapshot list --help"},
		{"snapshot --target dev saev", `!snapshot has no command "saev"`, "use save, "},
		{"snapshot remove x", `!snapshot has no command "remove"`, "rename or delete"},
		{"help snapshot nope", `!snapshot has no command "nope"`, "use save, list, restore, rename or delete"},
		{"--nonsense", "!a command is missing", `see "hectl help"`},
		{"-v", "!a command is missing", `see "hectl help"`},
		{"--target backup", "!a command is missing", `see "hectl help"`},
	} {
		t.Run(tt.in, func(t *testing.T) {
			got, err := commandline.Arrange(app, strings.Fields(tt.in))
			text, failing := strings.CutPrefix(tt.want, "!")
			if !failing {
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(strings.Fields(tt.want), append([]string{}, got...)); diff != "" {
					t.Error(diff)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), text) || fault.CodeOf(err) != fault.Usage {
				t.Fatalf("got %q, %v (code %d)", got, err, fault.CodeOf(err))
			}
			if hints := strings.Join(fault.Hints(err), " "); !strings.Contains(hints, tt.hint) {
				t.Errorf("hints %q", hints)
			}
		})
	}
}
