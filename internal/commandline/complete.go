package commandline

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/console"
)

// CompleteCommand is the hidden command that the scripts of "hectl completion" run. Its
// arguments are the words after "hectl" up to the one being completed, which comes last
// and may be empty.
const CompleteCommand = "__complete"

// completeTimeout limits how long a user waits after pressing the tab key.
const completeTimeout = 3 * time.Second

// Candidate is a possible completion of a word.
type Candidate struct {
	Word  string
	About string // short description for shells that show it; may be ""
}

// Line is a command line up to the word being completed.
type Line struct {
	Flags    map[string]string // text flags by name
	Operands []string          // operands before the word
	Word     string            // the part that has been typed
}

// Completer returns the possible values of an operand or a flag. Complete drops those
// that do not start with the word. A user is waiting: ctx has a short timeout.
type Completer func(ctx context.Context, line Line) ([]Candidate, error)

// Completers are the completers by command, such as "mask check", and by flag, such as
// "--env", for every command that has the flag.
type Completers map[string]Completer

// A Completer returns these words to have the shell complete files and folders, or only
// folders.
const (
	CompleteFiles   = ":files"
	completeFolders = ":folders"
)

// OneOf returns a completer of fixed words.
func OneOf(words ...string) Completer {
	return func(context.Context, Line) ([]Candidate, error) {
		var found []Candidate
		for _, w := range words {
			found = append(found, Candidate{Word: w})
		}
		return found, nil
	}
}

// Complete writes the candidates for the last of words to w: one per line, with a tab
// before the description. It ignores errors, because the shell is editing a line.
func Complete(ctx context.Context, w io.Writer, app *cli.App, completers Completers, words []string) {
	ctx, cancel := context.WithTimeout(ctx, completeTimeout)
	defer cancel()
	for _, c := range findCandidates(ctx, app, completers, words) {
		line := console.Clean(c.Word)
		if c.About != "" {
			line += "\t" + console.Clean(c.About)
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return
		}
	}
}

func findCandidates(ctx context.Context, app *cli.App, completers Completers, words []string) []Candidate {
	words, split := joinEquals(words)
	word := words[len(words)-1]
	before := words[:len(words)-1]
	if slices.Contains(before, "--") {
		return nil
	}
	at := commandAt(root(app), before)
	if at < 0 {
		return startingWith(word, append(listCommands(app.VisibleCommands()), Candidate{Word: "help", About: "about hectl, or a command"}))
	}
	if before[at] == "help" {
		return startingWith(word, listHelpTopics(app, without(before, at)))
	}
	found, rest := FindCommand(app, before)
	if found == nil {
		return nil
	}
	cmd := *found
	cmd.Flags = allFlags(found) // a subcommand may follow
	line := Line{Word: word}
	if f := pendingFlag(&cmd, rest); f != nil {
		line.Flags, line.Operands = read(&cmd, rest[:len(rest)-1])
		return startingWith(word, completeValue(ctx, completers, f, line))
	}
	line.Flags, line.Operands = read(&cmd, rest)
	if name, value, has := strings.Cut(word, "="); has && isFlag(word) {
		f := findFlag(cmd.Flags, strings.TrimLeft(name, "-"))
		if f == nil || !takesValue(f) {
			return nil
		}
		line.Word = value
		values := startingWith(value, completeValue(ctx, completers, f, line))
		if !split { // the shell replaces the whole word
			for i := range values {
				values[i].Word = name + "=" + values[i].Word
			}
		}
		return values
	}
	if isFlag(word) || word == "-" {
		return startingWith(word, listFlags(cmd.Flags))
	}
	return startingWith(word, completeOperand(ctx, completers, &cmd, line))
}

// joinEquals joins "--env", "=", "st", which is how bash passes "--env=st". split
// reports whether the last word was split like this: bash then only replaces the part
// after "=".
func joinEquals(words []string) (joined []string, split bool) {
	for i, w := range words {
		last := len(joined) - 1
		switch {
		case w == "=" && last >= 0 && strings.HasPrefix(joined[last], "--") && !strings.Contains(joined[last], "="):
			joined[last] += "="
			split = true
		case i > 0 && words[i-1] == "=" && last >= 0 && strings.HasSuffix(joined[last], "="):
			joined[last] += w
			split = true
		default:
			joined, split = append(joined, w), false
		}
	}
	if len(joined) == 0 {
		return []string{""}, false
	}
	return joined, split
}

// pendingFlag returns the flag at the end of words that still needs its value, or nil.
func pendingFlag(cmd *cli.Command, words []string) cli.Flag {
	if len(words) == 0 {
		return nil
	}
	last := words[len(words)-1]
	if _, _, err := split(cmd, words[:len(words)-1]); err != nil || !isFlag(last) || strings.Contains(last, "=") {
		return nil
	}
	if f := findFlag(cmd.Flags, strings.TrimLeft(last, "-")); f != nil && takesValue(f) {
		return f
	}
	return nil
}

// read returns the text flags and operands of an unfinished line, or nothing if the
// line has a mistake.
func read(cmd *cli.Command, words []string) (map[string]string, []string) {
	args, operands, err := split(cmd, words)
	if err != nil {
		return nil, nil
	}
	flags := map[string]string{}
	for _, arg := range args {
		name, value, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if f, ok := findFlag(cmd.Flags, name).(*cli.StringFlag); ok {
			flags[f.Name] = value
		}
	}
	return flags, operands
}

func completeOperand(ctx context.Context, completers Completers, cmd *cli.Command, line Line) []Candidate {
	var found []Candidate
	if len(line.Operands) == 0 {
		found = listCommands(cmd.VisibleCommands())
	}
	if complete := completers[FullName(cmd)]; complete != nil {
		more, _ := complete(ctx, line) // errors are ignored: see Complete
		found = append(found, more...)
	}
	return found
}

// completeValue completes the value of a flag by its completer, or by the placeholder
// in its help.
func completeValue(ctx context.Context, completers Completers, f cli.Flag, line Line) []Candidate {
	if complete := completers["--"+f.Names()[0]]; complete != nil {
		found, _ := complete(ctx, line) // errors are ignored: see Complete
		return found
	}
	switch DescribeFlag(f).Placeholder {
	case "true":
		return []Candidate{{Word: "true"}, {Word: "false"}}
	case "DIR":
		return []Candidate{{Word: completeFolders}}
	case "FILE":
		return []Candidate{{Word: CompleteFiles}}
	}
	return nil
}

func listCommands(commands []*cli.Command) []Candidate {
	var found []Candidate
	for _, c := range commands {
		found = append(found, Candidate{Word: c.Name, About: c.Usage})
	}
	return found
}

// listHelpTopics lists the commands that can follow "hectl help" and names.
func listHelpTopics(app *cli.App, names []string) []Candidate {
	cmd, rest := root(app), names
	if len(names) > 0 {
		cmd, rest = FindCommand(app, names)
	}
	if cmd == nil || len(rest) > 0 {
		return nil
	}
	return listCommands(cmd.VisibleCommands())
}

func listFlags(flags []cli.Flag) []Candidate {
	var found []Candidate
	for _, f := range flags {
		about, _, _ := strings.Cut(DescribeFlag(f).Usage, " (") // without variables and defaults
		found = append(found, Candidate{Word: "--" + f.Names()[0], About: about})
	}
	return append(found, Candidate{Word: "--help", About: "examples, settings, exit codes"})
}

// startingWith returns the candidates that start with word. The shell filters files and
// folders.
func startingWith(word string, candidates []Candidate) []Candidate {
	return slices.DeleteFunc(candidates, func(c Candidate) bool {
		return c.Word != CompleteFiles && c.Word != completeFolders && !strings.HasPrefix(c.Word, word)
	})
}
