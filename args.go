package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
	"github.com/xrash/smetrics"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/fault"
)

// arrange puts a command line into the one order that urfave/cli reads:
// command, flags, "--", arguments. Users write flags before the command and
// after the arguments as well. What it does not know it refuses, and suggests
// what is near.
func arrange(app *cli.App, args []string) ([]string, error) {
	at := commandAt(app, args)
	if at < 0 {
		return globalArgs(args)
	}
	name := args[at]
	rest := slices.Concat(args[:at], args[at+1:])
	if name == "help" {
		return helpArgs(app, rest)
	}
	cmd := app.Command(name)
	if cmd == nil {
		return nil, unknownCommand(app, name)
	}
	flags, operands, err := split(cmd, rest)
	if err != nil {
		return nil, command.UsageError(cmd.Name, err)
	}
	return slices.Concat([]string{cmd.Name}, flags, []string{"--"}, operands), nil
}

// commandAt returns the index of the command in args, -1 if there is none. A
// flag before it is read as the command has it: "-n" takes a value in list, and
// none in restore. So the command is the first name of one for which all before
// it are its flags and their values.
func commandAt(app *cli.App, args []string) int {
	for i, arg := range args {
		if cmd := app.Command(arg); cmd != nil {
			if _, operands, err := split(cmd, args[:i]); err == nil && len(operands) == 0 {
				return i
			}
		}
	}
	return firstOperand(app, args)
}

// unattended returns the name of the command in args if it is one that tells
// others how it ended, "" else.
func unattended(app *cli.App, args []string) string {
	at := commandAt(app, args)
	if at < 0 {
		return ""
	}
	cmd := app.Command(args[at])
	if cmd == nil || find(cmd.Flags, "notify") == nil {
		return ""
	}
	return cmd.Name
}

// firstOperand returns the index of what must be meant as a command where none
// fits: the first argument that is neither a flag nor, in every command that
// has the flag before it, the value of one.
func firstOperand(app *cli.App, args []string) int {
	for i := 0; i < len(args); i++ {
		if !isFlag(args[i]) {
			return i
		}
		name, _, has := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		if !has && alwaysTakesValue(app, name) {
			i++
		}
	}
	return -1
}

func alwaysTakesValue(app *cli.App, name string) bool {
	known := false
	for _, cmd := range app.Commands {
		if f := find(cmd.Flags, name); f != nil {
			if !takesValue(f) {
				return false
			}
			known = true
		}
	}
	return known
}

// globalArgs handles a command line without a command.
func globalArgs(args []string) ([]string, error) {
	for _, arg := range args {
		switch arg {
		case "--help", "-h":
			return []string{"--help"}, nil
		case "--version":
			return []string{"version"}, nil
		}
	}
	if len(args) > 0 {
		return nil, fault.New(fault.Usage, `see "hectl help"`, "a command is missing")
	}
	return nil, nil
}

func helpArgs(app *cli.App, rest []string) ([]string, error) {
	for _, name := range rest {
		if isFlag(name) {
			continue
		}
		if app.Command(name) == nil {
			return nil, unknownCommand(app, name)
		}
		return []string{name, "--help"}, nil
	}
	return []string{"--help"}, nil
}

func unknownCommand(app *cli.App, name string) error {
	hint := `see "hectl help" for the commands`
	var names []string
	for _, c := range app.VisibleCommands() {
		names = append(names, c.Names()...)
	}
	if near := nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", "hectl "+near)
	}
	return fault.New(fault.Usage, hint, "there is no command %s", fault.Quote(name))
}

// split separates the flags of cmd, each with its value, from the operands. It
// takes "-j4" and "-qv" apart.
func split(cmd *cli.Command, args []string) (flags, operands []string, err error) {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return flags, append(operands, args[i+1:]...), nil
		}
		if !isFlag(arg) {
			operands = append(operands, arg)
			continue
		}
		name, _, has := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		f := find(cmd.Flags, name)
		switch {
		case name == "help" || name == "h":
			return []string{"--help"}, nil, nil
		case f == nil:
			short, err := splitShort(cmd, arg)
			if err != nil {
				return nil, nil, err
			}
			args = slices.Concat(args[:i], short, args[i+1:])
			i-- // read what it was taken apart into
		case has || !takesValue(f):
			if err := checkValue(f, arg); err != nil {
				return nil, nil, err
			}
			flags = append(flags, arg)
		case i+1 == len(args):
			return nil, nil, fmt.Errorf("%s needs a value", arg)
		case namesFlag(cmd, args[i+1]):
			return nil, nil, fmt.Errorf("%s needs a value, but %s follows (write %[1]s=%[2]s if you mean it)", arg, args[i+1])
		default:
			i++
			arg += "=" + args[i]
			if err := checkValue(f, arg); err != nil {
				return nil, nil, err
			}
			flags = append(flags, arg)
		}
	}
	return flags, operands, nil
}

// checkValue refuses a value that f cannot take, of "--flag=value". urfave/cli
// would, too, but without a word of what is right.
func checkValue(f cli.Flag, arg string) error {
	name, value, has := strings.Cut(arg, "=")
	if !has {
		return nil
	}
	if fault.Secretive(value) && !slices.Contains([]string{"source", "target", "endpoint-url", "to-endpoint-url", "notify", "password"}, f.Names()[0]) {
		return fmt.Errorf("%s was given something with a password in it, which does not belong there", name)
	}
	var err error
	want := ""
	switch f.(type) {
	case *cli.DurationFlag:
		want = "a time such as 90s, 30m or 3h"
		_, err = time.ParseDuration(value)
	case *cli.IntFlag:
		want = "a whole number"
		_, err = strconv.Atoi(value)
	case *cli.BoolFlag:
		want = "true or false"
		_, err = strconv.ParseBool(value)
	}
	if err != nil {
		return fmt.Errorf("%s %s is not %s", name, fault.Quote(value), want)
	}
	return nil
}

// splitShort takes "-j4" apart into "-j=4", and "-qv" into "-q" and "-v".
func splitShort(cmd *cli.Command, arg string) ([]string, error) {
	letters, ok := strings.CutPrefix(arg, "-")
	if !ok || len(letters) < 2 || letters[0] == '-' {
		return nil, unknownFlag(cmd, arg)
	}
	f := find(cmd.Flags, letters[:1])
	if f == nil {
		return nil, unknownFlag(cmd, arg)
	}
	if takesValue(f) {
		return []string{"-" + letters[:1] + "=" + strings.TrimPrefix(letters[1:], "=")}, nil
	}
	return []string{"-" + letters[:1], "-" + letters[1:]}, nil
}

func unknownFlag(cmd *cli.Command, arg string) error {
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	word, _, _ := strings.Cut(arg, "=")
	if fault.Secretive(arg) {
		word = fault.Quote(word)
	}
	err := fmt.Errorf("%s has no flag %s", cmd.Name, word)
	var names []string
	for _, f := range cmd.Flags {
		names = append(names, f.Names()[0])
	}
	if near := nearest(name, names); near != "" {
		return fault.Wrap(fault.Usage, "did you mean --"+near+"?", err)
	}
	return err
}

// nearest returns the candidate that name was probably meant to be, "" if none
// is near.
func nearest(name string, candidates []string) string {
	best, near := 0.8, "" // far enough from what has only some letters in common
	for _, candidate := range candidates {
		if similarity := smetrics.JaroWinkler(name, candidate, 0.7, 4); len(name) > 1 && similarity > best {
			best, near = similarity, candidate
		}
	}
	return near
}

func isFlag(arg string) bool { return len(arg) > 1 && arg[0] == '-' }

func find(flags []cli.Flag, name string) cli.Flag {
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

// namesFlag reports whether arg is a flag of cmd written out, which nobody
// means as a value; "-x" may be one.
func namesFlag(cmd *cli.Command, arg string) bool {
	long, ok := strings.CutPrefix(arg, "--")
	name, _, _ := strings.Cut(long, "=")
	return ok && (name == "help" || find(cmd.Flags, name) != nil)
}

func takesValue(f cli.Flag) bool {
	_, is := f.(*cli.BoolFlag)
	return !is
}
