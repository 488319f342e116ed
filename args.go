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
	at := commandAt(root(app), args)
	if at < 0 {
		return globalArgs(args)
	}
	if args[at] == "help" {
		return helpArgs(app, slices.Concat(args[:at], args[at+1:]))
	}
	cmd, rest := findCommand(app, args)
	if cmd == nil {
		return nil, unknownCommand(root(app), args[at])
	}
	if cmd.Action == nil && !slices.Contains(rest, "--help") && !slices.Contains(rest, "-h") {
		return nil, needsCommand(cmd, rest)
	}
	flags, operands, err := split(cmd, rest)
	if err != nil {
		return nil, command.UsageError(command.FullName(cmd), err)
	}
	return slices.Concat(strings.Fields(command.FullName(cmd)), flags, []string{"--"}, operands), nil
}

// findCommand returns the command that args name, and the other arguments. It is
// nil if they name none that hectl has.
func findCommand(app *cli.App, args []string) (*cli.Command, []string) {
	var found *cli.Command
	for in := root(app); ; in = found {
		at := commandAt(in, args)
		if at < 0 || in.Command(args[at]) == nil {
			return found, args
		}
		found, args = in.Command(args[at]), slices.Concat(args[:at], args[at+1:])
	}
}

// commandAt returns the index in args of the name of one of the commands of in, -1
// if there is none. A flag before it is read as the command has it: "-n" takes a
// value in list, and none in restore. So the command is the first name of one for
// which all before it are its flags and their values.
func commandAt(in *cli.Command, args []string) int {
	if len(in.Subcommands) == 0 {
		return -1
	}
	for i, arg := range args {
		if cmd := in.Command(arg); cmd != nil && takes(cmd, args[:i]) {
			return i
		}
	}
	return firstOperand(append([]*cli.Command{in}, in.Subcommands...), args)
}

// takes reports whether args are nothing but flags of cmd, or of one of its own
// commands.
func takes(cmd *cli.Command, args []string) bool {
	if _, operands, err := split(cmd, args); err == nil && len(operands) == 0 {
		return true
	}
	return slices.ContainsFunc(cmd.Subcommands, func(c *cli.Command) bool { return takes(c, args) })
}

// unattended returns the name of the command in args if it is one that tells
// others how it ended, "" else.
func unattended(app *cli.App, args []string) string {
	cmd, _ := findCommand(app, args)
	if cmd == nil || find(cmd.Flags, "notify") == nil {
		return ""
	}
	return cmd.Name
}

// firstOperand returns the index of what must be meant as a command where none
// fits: the first argument that is neither a flag nor, in every command that
// has the flag before it, the value of one.
func firstOperand(commands []*cli.Command, args []string) int {
	for i := 0; i < len(args); i++ {
		if !isFlag(args[i]) {
			return i
		}
		name, _, has := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		if !has && alwaysTakesValue(commands, name) {
			i++
		}
	}
	return -1
}

func alwaysTakesValue(commands []*cli.Command, name string) bool {
	known := false
	for _, cmd := range commands {
		if f := find(flagsOf(cmd), name); f != nil {
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
	var path []string
	cmd := root(app)
	for _, name := range rest {
		if isFlag(name) || len(cmd.Subcommands) == 0 {
			continue
		}
		next := cmd.Command(name)
		if next == nil {
			return nil, unknownCommand(cmd, name)
		}
		cmd, path = next, append(path, next.Name)
	}
	return append(path, "--help"), nil
}

// root is hectl itself as a command.
func root(app *cli.App) *cli.Command { return &cli.Command{Subcommands: app.Commands} }

// needsCommand is the error of a line that names a command, and none of the
// commands that it has.
func needsCommand(cmd *cli.Command, args []string) error {
	if at := firstOperand(cmd.Subcommands, args); at >= 0 {
		return unknownCommand(cmd, args[at])
	}
	name := command.FullName(cmd)
	return fault.New(fault.Usage, `see "hectl `+name+` --help"`, "%s needs a command: %s", name, listNames(cmd))
}

// listNames lists the commands of cmd: "bash, zsh or fish".
func listNames(cmd *cli.Command) string {
	var names []string
	for _, c := range cmd.VisibleCommands() {
		names = append(names, c.Name)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// unknownCommand is the error of a name that none of the commands of cmd has.
func unknownCommand(cmd *cli.Command, name string) error {
	if group := command.FullName(cmd); group != "" {
		return fault.New(fault.Usage, "use "+listNames(cmd), "%s has no command %s", group, fault.Quote(name))
	}
	hint := `see "hectl help" for the commands`
	var names []string
	for _, c := range cmd.VisibleCommands() {
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
	if fault.HasPassword(value) && !slices.Contains([]string{"source", "target", "endpoint-url", "to-endpoint-url", "notify", "password"}, f.Names()[0]) {
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
	if fault.HasPassword(arg) {
		word = fault.Quote(word)
	}
	err := fmt.Errorf("%s has no flag %s", command.FullName(cmd), word)
	for _, c := range cmd.Subcommands {
		if find(c.Flags, name) != nil {
			return fault.Wrap(fault.Usage, fmt.Sprintf("use it with %q", "hectl "+command.FullName(c)), err)
		}
	}
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

// flagsOf returns the flags of cmd and of its own commands, before which they may
// stand.
func flagsOf(cmd *cli.Command) []cli.Flag {
	flags := slices.Clone(cmd.Flags)
	for _, c := range cmd.Subcommands {
		for _, f := range flagsOf(c) {
			if find(flags, f.Names()[0]) == nil {
				flags = append(flags, f)
			}
		}
	}
	return flags
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
