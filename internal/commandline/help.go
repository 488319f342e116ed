package commandline

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/text"
)

const (
	width       = 80 // columns of a terminal
	usageColumn = 34 // column in which the text of a flag starts
)

// exitCodes is the heading of the last section.
const exitCodes = "\nEXIT CODES:\n"

// Describe gives a command and its subcommands their names and the help template. The
// help has a section for each category that has flags, in the order of categories.
// exits is the section about exit codes.
func Describe(c *cli.Command, categories []string, exits string) {
	for _, sub := range c.Subcommands {
		sub.HelpName = program + " " + c.Name + " " + sub.Name
	}
	c.HideHelpCommand = true
	cli.HelpPrinter = printHelp
	cli.FlagStringer = func(f cli.Flag) string { return f.Names()[0] } // the library needs it as a key at every start
	c.CustomHelpTemplate = helpTemplate(c, categories, exits)
	c.OnUsageError = func(_ *cli.Context, err error, _ bool) error { return usageError(FullName(c), err) }
}

// FullName returns the name of a command as typed after "hectl": "snapshot save".
func FullName(c *cli.Command) string {
	if c.HelpName == "" { // the library sets the HelpName of commands when it starts
		return c.Name
	}
	return strings.TrimPrefix(c.HelpName, program+" ")
}

// helpTemplate puts examples before flags: users look for a command to type.
func helpTemplate(c *cli.Command, categories []string, exits string) string {
	var b strings.Builder
	b.WriteString("NAME:\n   {{.HelpName}} - {{.Usage}}\n\nUSAGE:\n   {{.UsageText}}\n")
	if len(c.Subcommands) > 0 {
		b.WriteString("\nCOMMANDS:\n")
		for _, sub := range c.Subcommands {
			fmt.Fprintf(&b, "   %-10s  %s\n", sub.Name, sub.Usage)
		}
		b.WriteString("\n   \"{{.HelpName}} COMMAND --help\" has the flags of each.\n")
	}
	b.WriteString("{{if .Description}}\n{{.Description}}\n{{end}}")
	for _, category := range categories {
		fmt.Fprintf(&b, "{{flags . %d %q}}", len(c.Flags), category)
	}
	b.WriteString(exitCodes + "   " + strings.ReplaceAll(strings.TrimSpace(exits), "\n", "\n   ") + "\n")
	return b.String()
}

// printHelp is the library's HelpPrinter. Formatting the flags of all commands would take
// half of every start; only the help that is printed needs them.
func printHelp(w io.Writer, template string, data any) {
	cli.HelpPrinterCustom(w, template, data, map[string]any{"flags": flagSection})
}

// flagSection returns the section about the flags of a category, "" if there are none.
// Only the first n flags are in the help: the others were added after Describe.
func flagSection(c *cli.Command, n int, category string) string {
	flags := inCategory(c.Flags[:n], category)
	if len(flags) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n" + strings.ToUpper(category) + ":\n")
	for _, f := range flags {
		b.WriteString(flagHelp(f))
	}
	return b.String()
}

func inCategory(flags []cli.Flag, category string) []cli.Flag {
	return slices.DeleteFunc(slices.Clone(flags), func(f cli.Flag) bool {
		categorized, ok := f.(cli.CategorizableFlag)
		return !ok || categorized.GetCategory() != category
	})
}

// flagHelp renders the names and placeholder of a flag, and in the second column its
// text.
func flagHelp(f cli.Flag) string {
	d := DescribeFlag(f)
	left := strings.TrimRight("   "+strings.Join(d.Names, ", ")+" "+d.Placeholder, " ")
	indent := strings.Repeat(" ", usageColumn)
	lines := strings.Join(text.Wrap(d.Usage, width-usageColumn), "\n"+indent) + "\n"
	if len(left) > usageColumn-2 {
		return left + "\n" + indent + lines
	}
	return fmt.Sprintf("%-*s", usageColumn, left) + lines
}

// FlagText is the text of a flag.
type FlagText struct {
	Names       []string // with dashes, short names first
	Placeholder string   // placeholder of the value; "" if the flag takes none
	Usage       string
}

// DescribeFlag splits the text of a flag into its parts. The placeholder is in backticks.
func DescribeFlag(f cli.Flag) FlagText {
	var d FlagText
	for _, name := range f.Names() {
		if utf8.RuneCountInString(name) == 1 {
			d.Names = append([]string{"-" + name}, d.Names...)
		} else {
			d.Names = append(d.Names, "--"+name)
		}
	}
	documented, ok := f.(cli.DocGenerationFlag)
	if !ok {
		return d
	}
	usage := documented.GetUsage()
	if documented.TakesValue() {
		d.Placeholder = "VALUE"
		if parts := strings.SplitN(usage, "`", 3); len(parts) == 3 {
			d.Placeholder = parts[1]
		}
	}
	d.Usage = strings.ReplaceAll(usage, "`", "")
	return d
}
