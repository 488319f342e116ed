package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
)

// completeCommand is what the scripts of "hectl completion" call, with the words
// after "hectl" up to the one that is being completed, which comes last and may
// be empty. It prints a candidate a line, and after a tab what that is.
const completeCommand = "__complete"

// completeTimeout bounds how long a person waits for the names of dumps.
const completeTimeout = 3 * time.Second

// complete prints the candidates for the last of words. What fails gives none: a
// key press is not the time to complain.
func complete(ctx context.Context, env *command.Env, app *cli.App, words []string) {
	ctx, cancel := context.WithTimeout(ctx, completeTimeout)
	defer cancel()
	env.Completing = true
	for _, c := range completions(ctx, env, app, words) {
		line := console.Clean(c.Word)
		if c.About != "" {
			line += "\t" + console.Clean(c.About)
		}
		if _, err := fmt.Fprintln(env.Stdout, line); err != nil {
			return
		}
	}
}

// completions returns what the last of words can be.
func completions(ctx context.Context, env *command.Env, app *cli.App, words []string) []command.Candidate {
	words, value := joinEquals(words)
	word := words[len(words)-1]
	before := words[:len(words)-1]
	if slices.Contains(before, "--") {
		return nil
	}
	at := commandAt(root(app), before)
	if at < 0 {
		return begin(word, append(commandNames(app.VisibleCommands()), command.Candidate{Word: "help", About: "about hectl, or a command"}))
	}
	if before[at] == "help" {
		return begin(word, helpNames(app, slices.Concat(before[:at], before[at+1:])))
	}
	cmd, rest := findCommand(app, before)
	if cmd == nil {
		return nil
	}
	known := *cmd // as far as is known: a flag may be of a command that is yet to come
	known.Flags = flagsOf(cmd)
	cmd = &known
	line := command.Line{Word: word}
	if name, ok := pendingFlag(cmd, rest); ok {
		line.Flags, line.Operands = given(cmd, rest[:len(rest)-1])
		return begin(word, values(ctx, env, find(cmd.Flags, name), line))
	}
	line.Flags, line.Operands = given(cmd, rest)
	if name, text, has := strings.Cut(word, "="); has && isFlag(word) {
		f := find(cmd.Flags, strings.TrimLeft(name, "-"))
		if f == nil || !takesValue(f) {
			return nil
		}
		line.Word = text
		found := begin(text, values(ctx, env, f, line))
		if !value { // the shell takes the word for one
			for i := range found {
				found[i].Word = name + "=" + found[i].Word
			}
		}
		return found
	}
	if isFlag(word) || word == "-" {
		return begin(word, flagNames(cmd))
	}
	var found []command.Candidate
	if len(line.Operands) == 0 {
		found = commandNames(cmd.VisibleCommands())
	}
	if c := env.Completer(command.FullName(cmd)); c != nil {
		more, _ := c(ctx, line) // see complete
		found = append(found, more...)
	}
	return begin(word, found)
}

// helpNames returns the commands about which "hectl help" can go on after names.
func helpNames(app *cli.App, names []string) []command.Candidate {
	cmd, rest := root(app), names
	if len(names) > 0 {
		cmd, rest = findCommand(app, names)
	}
	if cmd == nil || len(rest) > 0 {
		return nil
	}
	return commandNames(cmd.VisibleCommands())
}

// joinEquals puts "--env", "=", "st" together again, as which bash sees
// "--env=st". split tells whether the last word was taken apart like that: then
// only what follows the "=" is to be completed.
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

// pendingFlag returns the name of the flag at the end of words that lacks its
// value.
func pendingFlag(cmd *cli.Command, words []string) (string, bool) {
	if len(words) == 0 {
		return "", false
	}
	last := words[len(words)-1]
	if _, _, err := split(cmd, words[:len(words)-1]); err != nil || !isFlag(last) || strings.Contains(last, "=") {
		return "", false
	}
	name := strings.TrimLeft(last, "-")
	f := find(cmd.Flags, name)
	return name, f != nil && takesValue(f)
}

// given returns the text flags and the operands of a line that is not finished;
// of one that is wrong, nothing.
func given(cmd *cli.Command, words []string) (config.Flags, []string) {
	args, operands, err := split(cmd, words)
	if err != nil {
		return nil, nil
	}
	flags := config.Flags{}
	for _, arg := range args {
		name, text, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if f, ok := find(cmd.Flags, name).(*cli.StringFlag); ok {
			flags[f.Name] = text
		}
	}
	return flags, operands
}

// values returns what the value of a flag can be, by its name or by what its
// help calls it.
func values(ctx context.Context, env *command.Env, f cli.Flag, line command.Line) []command.Candidate {
	name := f.Names()[0]
	if c := env.Completer("--" + name); c != nil {
		found, _ := c(ctx, line) // see complete
		return found
	}
	if name == "log-format" {
		return []command.Candidate{{Word: "text"}, {Word: "json"}}
	}
	documented, ok := f.(cli.DocGenerationFlag)
	if !ok {
		return nil
	}
	switch placeholder := command.Placeholder(documented.GetUsage()); placeholder {
	case "true":
		return []command.Candidate{{Word: "true"}, {Word: "false"}}
	case "DIR":
		return []command.Candidate{{Word: command.CompleteFolders}}
	case "FILE":
		return []command.Candidate{{Word: command.CompleteFiles}}
	}
	return nil
}

func commandNames(commands []*cli.Command) []command.Candidate {
	found := []command.Candidate{}
	for _, c := range commands {
		found = append(found, command.Candidate{Word: c.Name, About: c.Usage})
	}
	return found
}

func flagNames(cmd *cli.Command) []command.Candidate {
	found := []command.Candidate{}
	for _, f := range cmd.Flags {
		about := ""
		if documented, ok := f.(cli.DocGenerationFlag); ok {
			about, _, _ = strings.Cut(strings.ReplaceAll(documented.GetUsage(), "`", ""), " (")
		}
		found = append(found, command.Candidate{Word: "--" + f.Names()[0], About: about})
	}
	return append(found, command.Candidate{Word: "--help", About: "examples, settings, exit codes"})
}

// begin returns the candidates that begin with word.
func begin(word string, candidates []command.Candidate) []command.Candidate {
	return slices.DeleteFunc(candidates, func(c command.Candidate) bool {
		return c.Word != command.CompleteFiles && c.Word != command.CompleteFolders && !strings.HasPrefix(c.Word, word)
	})
}
