package command

import (
	"context"

	"github.com/rubyforgood/hectl/internal/config"
)

// Candidate is what a word of the command line can be completed to.
type Candidate struct {
	Word  string
	About string // in a few words, for shells that show it; may be ""
}

// Line is a command line up to the word that is being completed.
type Line struct {
	Flags    config.Flags
	Operands []string // that stand before the word
	Word     string   // what there is of it
}

// Completer returns what an argument of a command can be. Those that do not
// begin like the word are left out later. It is called while a person waits:
// ctx ends soon.
type Completer func(ctx context.Context, line Line) ([]Candidate, error)

// The words that a Completer returns in order to have the shell's own: files and
// folders, or folders alone.
const (
	CompleteFiles   = ":files"
	CompleteFolders = ":folders"
)

// CompleteArgs sets how the arguments of a command are completed. "--env" stands
// for the values of that flag, in all commands that have it.
func (e *Env) CompleteArgs(command string, complete Completer) {
	if e.completers == nil {
		e.completers = map[string]Completer{}
	}
	e.completers[command] = complete
}

// Completer returns how the arguments of a command are completed, nil if they
// are not.
func (e *Env) Completer(command string) Completer { return e.completers[command] }
