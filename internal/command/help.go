package command

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/fault"
)

// width is what help is made for: a terminal of 80 columns.
const width = 80

// helpText is the template of a command's help. Examples come before the flags:
// who has forgotten everything wants to see a line to type.
func helpText(c *cli.Command, exits string) string {
	var b strings.Builder
	b.WriteString("NAME:\n   {{.HelpName}} - {{.Usage}}\n\nUSAGE:\n   {{.UsageText}}\n")
	if len(c.Subcommands) > 0 {
		b.WriteString("\nCOMMANDS:\n")
		for _, sub := range c.Subcommands {
			fmt.Fprintf(&b, "   %-10s  %s\n", sub.Name, sub.Usage)
		}
		fmt.Fprintf(&b, "\n   \"{{.HelpName}} COMMAND --help\" has the flags of each.\n")
	}
	b.WriteString("{{if .Description}}\n{{.Description}}\n{{end}}")
	for _, category := range categories() {
		flags := inCategory(c.Flags, category)
		if len(flags) == 0 {
			continue
		}
		b.WriteString("\n" + strings.ToUpper(category) + ":\n")
		for _, f := range flags {
			b.WriteString(flagHelp(f))
		}
	}
	b.WriteString(exitCodes + "   " + strings.ReplaceAll(strings.TrimSpace(exits), "\n", "\n   ") + "\n")
	return b.String()
}

// exitCodes is the heading of the last part.
const exitCodes = "\nEXIT CODES:\n"

// categories returns the categories of flags, in the order of the help.
func categories() []string {
	return []string{Schedule, Database, Limits, Retention, Bucket, Output}
}

// inCategory returns the flags of a category.
func inCategory(flags []cli.Flag, category string) []cli.Flag {
	return slices.DeleteFunc(slices.Clone(flags), func(f cli.Flag) bool {
		categorized, ok := f.(cli.CategorizableFlag)
		return !ok || categorized.GetCategory() != category
	})
}

// flagHelp renders a flag: its names and the placeholder of its value, and in
// the second column what it is for.
func flagHelp(f cli.Flag) string {
	const column = 34
	var names []string
	for _, name := range f.Names() {
		if utf8.RuneCountInString(name) == 1 {
			names = append([]string{"-" + name}, names...)
		} else {
			names = append(names, "--"+name)
		}
	}
	left := "   " + strings.Join(names, ", ")
	usage := ""
	if documented, ok := f.(cli.DocGenerationFlag); ok {
		usage = documented.GetUsage()
		if documented.TakesValue() {
			left += " " + Placeholder(usage)
		}
	}
	lines := wrap(strings.ReplaceAll(usage, "`", ""), width-column)
	if len(left) > column-2 {
		return left + "\n" + strings.Repeat(" ", column) + strings.Join(lines, "\n"+strings.Repeat(" ", column)) + "\n"
	}
	return fmt.Sprintf("%-*s", column, left) + strings.Join(lines, "\n"+strings.Repeat(" ", column)) + "\n"
}

// Placeholder is the word in backticks, which stands for the value of a flag.
func Placeholder(usage string) string {
	if parts := strings.SplitN(usage, "`", 3); len(parts) == 3 {
		return parts[1]
	}
	return "VALUE"
}

// wrap breaks text into lines of at most n columns, where words allow.
func wrap(text string, n int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) <= n:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}

// UsageError gives an error about flags or arguments its exit code and a hint.
func UsageError(command string, err error) error {
	return fault.Wrap(fault.Usage, `see "hectl `+command+` --help"`, err)
}
