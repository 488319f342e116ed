package commandline

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"
)

// Manual writes pages for section 1 in the macros of man(7).
type Manual struct {
	Version    string   // version of the app
	Date       string   // YYYY-MM-DD
	Categories []string // categories of flags, in the order of the help
	Common     string   // category of the flags that every command has
	SeeAlso    []string // pages such as "pg_dump"
}

// Write writes a page for the app and one for each visible command into dir, which it
// creates. A page has the content of the help.
func (m Manual) Write(app *cli.App, dir string) error {
	pages := map[string]string{app.Name: m.page(app.Name, overview(app))}
	for _, c := range app.VisibleCommands() {
		if c.Name != "help" {
			pages[app.Name+"-"+c.Name] = m.page(app.Name+"-"+c.Name, c)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // for a package
		return fmt.Errorf("write the manual: %w", err)
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(dir, name+".1"), []byte(text), 0o644); err != nil { //nolint:gosec // for a package
			return fmt.Errorf("write the manual: %w", err)
		}
	}
	return nil
}

// overview returns the app as a command, whose page lists the others.
func overview(app *cli.App) *cli.Command {
	var b strings.Builder
	for _, c := range app.VisibleCommands() {
		if c.Name != "help" {
			fmt.Fprintf(&b, "%s-%s(1): %s.\n\n", app.Name, c.Name, c.Usage)
		}
	}
	return &cli.Command{Name: app.Name, Usage: app.Usage, UsageText: app.UsageText, Description: b.String() + app.Description}
}

func (m Manual) page(name string, c *cli.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 %q %q \"hectl's manual\"\n", strings.ToUpper(roff(name)), m.Date, program+" "+m.Version)
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(name), roff(c.Usage))
	b.WriteString(".SH SYNOPSIS\n")
	for i, usage := range strings.Split(c.UsageText, "\n") {
		if i > 0 {
			b.WriteString(".br\n")
		}
		b.WriteString(".B " + roff(strings.TrimSpace(usage)) + "\n")
	}
	examples, text := cutExamples(c.Description)
	if text != "" {
		b.WriteString(".SH DESCRIPTION\n" + paragraphs(text))
	}
	if examples != "" {
		b.WriteString(".SH EXAMPLES\n.nf\n" + roffLines(examples) + ".fi\n")
	}
	for _, sub := range c.Subcommands {
		b.WriteString(m.subcommand(sub))
	}
	b.WriteString(manualFlags(".SH OPTIONS:", c.Flags, m.Categories))
	b.WriteString(exitStatus(c.CustomHelpTemplate))
	b.WriteString(".SH SEE ALSO\n.BR " + roff(program) + " (1)")
	for _, page := range m.SeeAlso {
		b.WriteString(",\n.BR " + roff(page) + " (1)")
	}
	return b.String() + "\n"
}

// subcommand renders the section of a subcommand. Flags that every command has appear
// once, at the end of the page.
func (m Manual) subcommand(c *cli.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".SH COMMAND %s\n.B %s\n.PP\n%s.\n", strings.ToUpper(roff(c.Name)), roff(c.UsageText), roff(c.Usage))
	examples, text := cutExamples(c.Description)
	if text != "" {
		b.WriteString(".PP\n" + paragraphs(text))
	}
	if examples != "" {
		b.WriteString(".PP\n.nf\n" + roffLines(examples) + ".fi\n")
	}
	own := slices.DeleteFunc(slices.Clone(m.Categories), func(category string) bool { return category == m.Common })
	return b.String() + manualFlags(".SS", c.Flags, own)
}

// exitStatus renders the exit codes of a help template.
func exitStatus(template string) string {
	_, exits, ok := strings.Cut(template, exitCodes)
	if !ok {
		return ""
	}
	b := strings.Builder{}
	b.WriteString(".SH EXIT STATUS\n")
	for line := range strings.Lines(exits) {
		code, meaning, ok := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case ok && strings.Trim(code, "0123456789") == "":
			fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", code, roff(strings.TrimSpace(meaning)))
		case strings.TrimSpace(line) != "": // continues the line above
			b.WriteString(roff(strings.TrimSpace(line)) + "\n")
		}
	}
	return b.String()
}

// manualFlags renders the flags of categories, each category under a heading.
func manualFlags(heading string, flags []cli.Flag, categories []string) string {
	var b strings.Builder
	for _, category := range categories {
		of := inCategory(flags, category)
		if len(of) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s %s\n", heading, category)
		for _, f := range of {
			d := DescribeFlag(f)
			var names []string
			for _, name := range slices.Backward(d.Names) { // long names first
				names = append(names, `\fB`+roff(name)+`\fR`)
			}
			b.WriteString(".TP\n" + strings.Join(names, ", "))
			if d.Placeholder != "" {
				b.WriteString(` \fI` + roff(d.Placeholder) + `\fR`)
			}
			b.WriteString("\n" + roff(d.Usage) + "\n")
		}
	}
	return b.String()
}

// cutExamples separates the examples at the start of a description from the rest.
func cutExamples(description string) (examples, rest string) {
	after, ok := strings.CutPrefix(description, "EXAMPLES:\n")
	if !ok {
		return "", description
	}
	examples, rest, _ = strings.Cut(after, "\n\n")
	return examples, rest
}

// paragraphs renders text with empty lines between paragraphs. It keeps the lines of a
// paragraph whose first line ends in a colon, because they are commands to type.
func paragraphs(text string) string {
	var b strings.Builder
	for i, p := range strings.Split(strings.Trim(text, "\n"), "\n\n") {
		if i > 0 {
			b.WriteString(".PP\n")
		}
		first, _, _ := strings.Cut(p, "\n")
		if strings.HasSuffix(first, ":") {
			b.WriteString(".nf\n" + roffLines(p) + ".fi\n")
			continue
		}
		for line := range strings.Lines(p) {
			b.WriteString(roff(strings.TrimSpace(line)) + "\n")
		}
	}
	return b.String()
}

// roffLines escapes lines and removes the indent that they have in the help.
func roffLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(roff(strings.TrimPrefix(strings.TrimRight(line, "\n"), "   ")) + "\n")
	}
	return b.String()
}

// roff escapes backslashes, and a dot or apostrophe at the start, which would be a
// request. A dash becomes one that can be pasted.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	// Not every roff reads UTF-8.
	var b strings.Builder
	for _, r := range s {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\[u%04X]`, r)
		}
	}
	return b.String()
}
