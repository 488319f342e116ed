package command

import (
	"io"
	"sync"

	"github.com/rubyforgood/hectl/internal/commandline"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools"
)

// Env is the environment of every command: the console, the settings, the stores,
// approval and notifications.
type Env struct {
	Console *console.Console
	Stdin   io.Reader
	Stdout  io.Writer
	Dir     string   // current folder
	Version string   // version of hectl
	Environ []string // environment, in the form of os.Environ

	// Completing is set while hectl completes a line for a shell, and prints no messages.
	Completing bool

	plainHTTP  sync.Once // warns only once about endpoints without TLS
	approve    approver  // asks the user to approve hectl.yml; nil if hectl cannot ask
	promised   *promised // the notifications of this run; nil for none
	completers commandline.Completers
}

// Settings loads hectl.yml and the environment. Commands call it when they need them, so
// that a broken file does not stop "hectl version".
func (e *Env) Settings() (*config.Sources, error) {
	settings, err := config.Load(e.Dir, e.Environ)
	if err != nil {
		return settings, err
	}
	settings.SetDatabaseParser(func(text string) (map[string]string, error) { return pgtools.ParseParams(text) })
	// Invalid rules name no SQL and no seed; the command that uses them reports the error.
	if rules, err := mask.Parse(settings.Mask()); err == nil {
		settings.SetSQL(rules.After)
		settings.SetSeed(rules.SeedFile)
	}
	if e.approve != nil {
		settings.OnUnapproved(e.approve)
	}
	return settings, nil
}

// CompleteArgs sets the completer of a command's operands, or of the flag "--NAME" in
// every command.
func (e *Env) CompleteArgs(name string, complete commandline.Completer) {
	if e.completers == nil {
		e.completers = commandline.Completers{"--log-format": commandline.OneOf("text", "json")}
	}
	e.completers[name] = complete
}

// Completers returns the completers of all commands.
func (e *Env) Completers() commandline.Completers { return e.completers }
