package commandline

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/fault"
)

// program is how users call the app. The library puts it before a command's name.
const program = "hectl"

// Arrange puts args into the only order that the library accepts: command, flags, "--",
// operands. Users also write flags before the command and after the operands. The error
// for an unknown command or flag suggests a similar one.
func Arrange(app *cli.App, args []string) ([]string, error) {
	at := commandAt(root(app), args)
	if at < 0 {
		return arrangeGlobal(args)
	}
	if args[at] == "help" {
		return arrangeHelp(app, without(args, at))
	}
	cmd, rest := FindCommand(app, args)
	if cmd == nil {
		return nil, unknownCommand(root(app), args[at])
	}
	if cmd.Action == nil && !slices.ContainsFunc(rest, asksForHelp) {
		return nil, missingCommand(cmd, rest)
	}
	flags, operands, err := split(cmd, rest)
	if err != nil {
		return nil, usageError(FullName(cmd), err)
	}
	return slices.Concat(strings.Fields(FullName(cmd)), flags, []string{"--"}, operands), nil
}

// arrangeGlobal arranges a line without a command.
func arrangeGlobal(args []string) ([]string, error) {
	for _, arg := range args {
		switch {
		case asksForHelp(arg):
			return []string{"--help"}, nil
		case arg == "--version":
			return []string{"version"}, nil
		}
	}
	if len(args) > 0 {
		return nil, fault.New(fault.Usage, `see "hectl help"`, "a command is missing")
	}
	return nil, nil
}

// arrangeHelp arranges "hectl help" with the names of a command.
func arrangeHelp(app *cli.App, names []string) ([]string, error) {
	var path []string
	cmd := root(app)
	for _, name := range names {
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

// FindCommand returns the command that args name, nil if there is none, and the arguments
// without its names.
func FindCommand(app *cli.App, args []string) (*cli.Command, []string) {
	var found *cli.Command
	for in := root(app); ; in = found {
		at := commandAt(in, args)
		if at < 0 || in.Command(args[at]) == nil {
			return found, args
		}
		found, args = in.Command(args[at]), without(args, at)
	}
}

// root returns the app as a command.
func root(app *cli.App) *cli.Command { return &cli.Command{Subcommands: app.Commands} }

// commandAt returns the index in args of a subcommand of in, or else of an operand in
// its place; -1 if there is neither. The meaning of a flag before a command depends on
// that command: "-n" takes a value in list, but not in restore. The command is
// therefore the first name that has only its own flags before it.
func commandAt(in *cli.Command, args []string) int {
	if len(in.Subcommands) == 0 {
		return -1
	}
	for i, arg := range args {
		if cmd := in.Command(arg); cmd != nil && hasFlags(cmd, args[:i]) {
			return i
		}
	}
	return operandAt(append([]*cli.Command{in}, in.Subcommands...), args)
}

// hasFlags reports whether args are only flags of cmd, or only flags of one of its
// subcommands.
func hasFlags(cmd *cli.Command, args []string) bool {
	if _, operands, err := split(cmd, args); err == nil && len(operands) == 0 {
		return true
	}
	return slices.ContainsFunc(cmd.Subcommands, func(c *cli.Command) bool { return hasFlags(c, args) })
}

// operandAt returns the index of the first argument that is neither a flag nor the
// value of a flag that takes one in each of commands; -1 if there is none.
func operandAt(commands []*cli.Command, args []string) int {
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
		if f := findFlagBelow(cmd, name); f != nil {
			if !takesValue(f) {
				return false
			}
			known = true
		}
	}
	return known
}

// split separates the flags of cmd, each with its value, from the operands. It also
// splits "-j4" and "-qv".
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
		f := findFlag(cmd.Flags, name)
		switch {
		case name == "help" || name == "h":
			return []string{"--help"}, nil, nil
		case f == nil:
			short, err := splitShort(cmd, arg)
			if err != nil {
				return nil, nil, err
			}
			args = slices.Concat(args[:i], short, args[i+1:])
			i-- // read the parts next
			continue
		case has || !takesValue(f):
		case i+1 == len(args):
			return nil, nil, fmt.Errorf("%s needs a value", arg)
		case isLongFlag(cmd, args[i+1]):
			return nil, nil, fmt.Errorf("%s needs a value, but %s follows (write %[1]s=%[2]s to use it as the value)", arg, args[i+1])
		default:
			i++
			arg += "=" + args[i]
		}
		if err := checkValue(f, arg); err != nil {
			return nil, nil, err
		}
		flags = append(flags, arg)
	}
	return flags, operands, nil
}

// splitShort splits "-j4" into "-j=4", and "-qv" into "-q" and "-v".
func splitShort(cmd *cli.Command, arg string) ([]string, error) {
	letters, ok := strings.CutPrefix(arg, "-")
	if !ok || len(letters) < 2 || letters[0] == '-' {
		return nil, unknownFlag(cmd, arg)
	}
	f := findFlag(cmd.Flags, letters[:1])
	if f == nil {
		return nil, unknownFlag(cmd, arg)
	}
	if takesValue(f) {
		return []string{"-" + letters[:1] + "=" + strings.TrimPrefix(letters[1:], "=")}, nil
	}
	return []string{"-" + letters[:1], "-" + letters[1:]}, nil
}

// checkValue rejects "--flag=value" if f cannot take the value.
func checkValue(f cli.Flag, arg string) error {
	name, value, has := strings.Cut(arg, "=")
	if !has {
		return nil
	}
	mayHoldSecret := slices.Contains([]string{"SOURCE", "TARGET", "URL", "PASSWORD"}, DescribeFlag(f).Placeholder)
	if fault.HasPassword(value) && !mayHoldSecret {
		return fmt.Errorf("%s: the value contains a password, which does not belong there", name)
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

func isFlag(arg string) bool { return len(arg) > 1 && arg[0] == '-' }

func asksForHelp(arg string) bool { return arg == "--help" || arg == "-h" }

// isLongFlag reports whether arg is a flag of cmd in its long form, which is never meant
// as a value. "-x" may be meant as one.
func isLongFlag(cmd *cli.Command, arg string) bool {
	long, ok := strings.CutPrefix(arg, "--")
	name, _, _ := strings.Cut(long, "=")
	return ok && (name == "help" || findFlag(cmd.Flags, name) != nil)
}

func takesValue(f cli.Flag) bool {
	_, is := f.(*cli.BoolFlag)
	return !is
}

func findFlag(flags []cli.Flag, name string) cli.Flag {
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

// findFlagBelow returns the flag of cmd or of one of its subcommands, nil if none has it.
func findFlagBelow(cmd *cli.Command, name string) cli.Flag {
	if f := findFlag(cmd.Flags, name); f != nil {
		return f
	}
	for _, c := range cmd.Subcommands {
		if f := findFlagBelow(c, name); f != nil {
			return f
		}
	}
	return nil
}

// allFlags returns the flags of cmd and of its subcommands: a subcommand's flags may
// come before its name.
func allFlags(cmd *cli.Command) []cli.Flag {
	flags := slices.Clone(cmd.Flags)
	for _, c := range cmd.Subcommands {
		for _, f := range allFlags(c) {
			if findFlag(flags, f.Names()[0]) == nil {
				flags = append(flags, f)
			}
		}
	}
	return flags
}

func without(args []string, i int) []string { return slices.Concat(args[:i], args[i+1:]) }
