package command

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"
)

// Manual renders a command's manual page for section 1, in man(7)'s macros. name
// is that of the page, such as "hectl-backup"; date is YYYY-MM-DD, and version
// that of hectl. It says what the command's help says.
func Manual(c *cli.Command, name, version, date string) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 %q %q \"hectl's manual\"\n", strings.ToUpper(roff(name)), date, "hectl "+version)
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
		fmt.Fprintf(&b, ".SH COMMAND %s\n.B %s\n.PP\n%s.\n", strings.ToUpper(roff(sub.Name)), roff(sub.UsageText), roff(sub.Usage))
		examples, text := cutExamples(sub.Description)
		b.WriteString(paragraphs(text))
		if examples != "" {
			b.WriteString(".PP\n.nf\n" + roffLines(examples) + ".fi\n")
		}
		b.WriteString(manualFlags(".SS", own(sub.Flags)))
	}
	b.WriteString(manualFlags(".SH OPTIONS:", c.Flags))
	if _, exits, ok := strings.Cut(c.CustomHelpTemplate, exitCodes); ok {
		b.WriteString(".SH EXIT STATUS\n")
		for line := range strings.Lines(exits) {
			code, meaning, ok := strings.Cut(strings.TrimSpace(line), " ")
			switch {
			case ok && strings.Trim(code, "0123456789") == "":
				fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", code, roff(strings.TrimSpace(meaning)))
			case strings.TrimSpace(line) != "": // goes on
				b.WriteString(roff(strings.TrimSpace(line)) + "\n")
			}
		}
	}
	b.WriteString(".SH SEE ALSO\n.BR hectl (1),\n.BR pg_dump (1),\n.BR pg_restore (1)\n")
	return b.String()
}

// own leaves out the flags that all commands have.
func own(flags []cli.Flag) []cli.Flag {
	common := OutputFlags()
	return slices.DeleteFunc(slices.Clone(flags), func(f cli.Flag) bool {
		return slices.ContainsFunc(common, func(c cli.Flag) bool { return c.Names()[0] == f.Names()[0] })
	})
}

// manualFlags renders flags under headings that begin with heading.
func manualFlags(heading string, flags []cli.Flag) string {
	var b strings.Builder
	for _, category := range categories() {
		of := inCategory(flags, category)
		if len(of) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s %s\n", heading, category)
		for _, f := range of {
			var names []string
			for _, name := range f.Names() {
				dashes := "--"
				if utf8.RuneCountInString(name) == 1 {
					dashes = "-"
				}
				names = append(names, `\fB`+roff(dashes+name)+`\fR`)
			}
			b.WriteString(".TP\n" + strings.Join(names, ", "))
			usage := ""
			if documented, ok := f.(cli.DocGenerationFlag); ok {
				usage = documented.GetUsage()
				if documented.TakesValue() {
					b.WriteString(` \fI` + roff(Placeholder(usage)) + `\fR`)
				}
			}
			b.WriteString("\n" + roff(strings.ReplaceAll(usage, "`", "")) + "\n")
		}
	}
	return b.String()
}

// cutExamples separates the examples, with which a description begins, from the
// rest.
func cutExamples(description string) (examples, rest string) {
	after, ok := strings.CutPrefix(description, "EXAMPLES:\n")
	if !ok {
		return "", description
	}
	examples, rest, _ = strings.Cut(after, "\n\n")
	return examples, rest
}

// paragraphs renders text in which empty lines separate paragraphs. One whose
// first line ends in a colon keeps its lines: they are to be typed.
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

func roffLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(roff(strings.TrimPrefix(strings.TrimRight(line, "\n"), "   ")) + "\n")
	}
	return b.String()
}

// roff escapes what would be a request or an escape: a backslash anywhere, a dot
// or an apostrophe at the start. A dash is one that can be pasted.
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
