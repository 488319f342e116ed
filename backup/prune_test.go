package backup

import (
	"context"
	"io"
	"testing"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/fault"
)

// runCommand runs a command with arguments. Tests that do are not parallel: the
// library shares its help flag between all apps.
func runCommand(ctx context.Context, cmd *cli.Command, args ...string) error {
	app := &cli.App{Commands: []*cli.Command{cmd}, Writer: io.Discard, ErrWriter: io.Discard, ExitErrHandler: func(*cli.Context, error) {}}
	return app.RunContext(ctx, append([]string{"hectl", cmd.Name}, args...))
}

func TestPruneOptions(t *testing.T) {
	env := testEnv(t, "HECTL_BUCKET=s3://dumps/he", "HECTL_ENV=staging")
	options := func(args ...string) (opt *pruneOptions, err error) {
		cmd := pruneCommand(env)
		cmd.Before = nil
		cmd.Action = func(c *cli.Context) error {
			opt, err = newPruneOptions(env, c)
			return nil
		}
		if runErr := runCommand(t.Context(), cmd, args...); runErr != nil {
			t.Fatal(runErr)
		}
		return opt, err
	}
	opt, err := options("--keep-last=2", "--dry-run")
	if err != nil || opt.Label != "staging" || opt.Bucket.Base != "he" || opt.Policy.Last != 2 || !opt.DryRun || opt.uploads {
		t.Errorf("%+v, %v", opt, err)
	}
	if opt, err := options("--keep-last=2", "--all-envs"); err != nil || opt.Label != "" {
		t.Errorf("all labels: %+v, %v", opt, err)
	}
	if opt, err := options("--uploads"); err != nil || !opt.uploads || !opt.Policy.Empty() {
		t.Errorf("uploads: %+v, %v", opt, err)
	}
	for _, args := range [][]string{{}, {"--dry-run"}, {"--all-envs", "--env=x", "--keep-last=1"}, {"--uploads", "--keep-last=1"}} {
		if opt, err := options(args...); fault.CodeOf(err) != fault.Usage || len(fault.Hints(err)) == 0 {
			t.Errorf("%q: %+v, %v", args, opt, err)
		}
	}
}

// No command takes arguments: "hectl prune s3://bucket" must not prune another bucket.
func TestCommandsTakeNoArguments(t *testing.T) {
	env := testEnv(t, "HECTL_BUCKET=s3://dumps", "HECTL_SOURCE=host=db")
	for _, newCommand := range []func(*command.Env) *cli.Command{backupCommand, listCommand, statusCommand, pruneCommand, scheduleCommand} {
		cmd := newCommand(env)
		if err := runCommand(t.Context(), cmd, "s3://other"); fault.CodeOf(err) != fault.Usage {
			t.Errorf("%s: %v", cmd.Name, err)
		}
	}
}
