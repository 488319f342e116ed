package restore

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/restore/load"
	"github.com/rubyforgood/hectl/restore/swap"
)

// afterRestore is what hectl.yml runs in the temp database once all rows are loaded and
// masked: SQL files, then programs such as migrations.
type afterRestore struct {
	sql      load.Scripts
	commands swap.Commands
}

func afterFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Category: command.Database, Name: "no-after-restore", Usage: "do not run the commands that hectl.yml lists under after_restore"},
		&cli.BoolFlag{Category: command.Database, Name: "keep-failed", Usage: "keep the restored database for inspection if \"after\" or \"after_restore\" in hectl.yml fails"},
	}
}

// prepareAfter reads the SQL files and commands that hectl.yml runs after a restore, and
// checks that the programs exist.
func prepareAfter(settings *config.Sources, c *cli.Context) (a afterRestore, err error) {
	a.commands.Dir, a.commands.KeepFailed = settings.Dir(), c.Bool("keep-failed")
	if a.sql, err = load.ReadScripts("after", settings.Path(), settings.After()); err != nil {
		return a, err
	}
	if err := settings.ConfirmAfter(); err != nil {
		return a, err
	}
	if c.Bool("no-after-restore") {
		return a, nil
	}
	if a.commands.Words, a.commands.Limit, err = settings.AfterRestore(); err != nil {
		return a, err
	}
	if err := settings.ConfirmCommands(); err != nil {
		return a, err
	}
	for _, words := range a.commands.Words {
		if _, err := (pgtools.Command{Words: words, Dir: a.commands.Dir}).Program(); err != nil {
			return a, fault.New(fault.Usage, "use --no-after-restore to fetch without it",
				"after_restore in %s: %s: %s", settings.Path(), config.CommandLine(words), strings.TrimPrefix(err.Error(), "exec: "))
		}
	}
	return a, nil
}

// key returns a hash of the SQL, "" without SQL. It ignores the commands, because they
// also run after a restore from a snapshot.
func (a afterRestore) key() string {
	if len(a.sql.Files) == 0 {
		return ""
	}
	sum := sha256.New()
	for _, s := range a.sql.Files {
		_, _ = fmt.Fprintf(sum, "%q\n", s.SQL) // a hash never fails
	}
	return hex.EncodeToString(sum.Sum(nil))
}
