package commandline

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
	"github.com/xrash/smetrics"

	"github.com/rubyforgood/hectl/internal/fault"
)

// usageError wraps an error about flags or operands with fault.Usage and a hint.
func usageError(command string, err error) error {
	return fault.Wrap(fault.Usage, `see "hectl `+command+` --help"`, err)
}

// missingCommand returns the error for a command that needs a subcommand.
func missingCommand(cmd *cli.Command, args []string) error {
	if at := operandAt(cmd.Subcommands, args); at >= 0 {
		return unknownCommand(cmd, args[at])
	}
	return usageError(FullName(cmd), fmt.Errorf("%s needs a command: %s", FullName(cmd), listSubcommands(cmd)))
}

// unknownCommand returns the error for a name that no subcommand of cmd has.
func unknownCommand(cmd *cli.Command, name string) error {
	if group := FullName(cmd); group != "" {
		return fault.New(fault.Usage, "use "+listSubcommands(cmd), "%s has no command %s", group, fault.Quote(name))
	}
	hint := `see "hectl help" for the commands`
	var names []string
	for _, c := range cmd.VisibleCommands() {
		names = append(names, c.Names()...)
	}
	if near := nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", program+" "+near)
	}
	return fault.New(fault.Usage, hint, "there is no command %s", fault.Quote(name))
}

// listSubcommands lists the names of subcommands: "bash, zsh or fish".
func listSubcommands(cmd *cli.Command) string {
	var names []string
	for _, c := range cmd.VisibleCommands() {
		names = append(names, c.Name)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// unknownFlag returns the error for a flag that cmd does not have.
func unknownFlag(cmd *cli.Command, arg string) error {
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	word, _, _ := strings.Cut(arg, "=")
	if fault.HasPassword(arg) {
		word = fault.Quote(word)
	}
	err := fmt.Errorf("%s has no flag %s", FullName(cmd), word)
	for _, c := range cmd.Subcommands {
		if findFlag(c.Flags, name) != nil {
			return fault.Wrap(fault.Usage, fmt.Sprintf("use it with %q", program+" "+FullName(c)), err)
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

// nearest returns the candidate that is most like name, "" if none is close.
func nearest(name string, candidates []string) string {
	best, near := 0.8, "" // words that only share some letters score less
	for _, candidate := range candidates {
		if similarity := smetrics.JaroWinkler(name, candidate, 0.7, 4); len(name) > 1 && similarity > best {
			best, near = similarity, candidate
		}
	}
	return near
}
