package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/commandline"
	"github.com/rubyforgood/hectl/internal/console"
)

const commandReferencePage = "docs/reference/commands.md"

// docs/reference/commands.md is up to date with the help of all commands. "make reference"
// writes it.
func TestCommandReference(t *testing.T) {
	want := commandReference(t)
	if os.Getenv("WRITE_REFERENCE") != "" {
		if err := os.WriteFile(commandReferencePage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, page(t, commandReferencePage)); diff != "" {
		t.Errorf("%s differs from the commands: run \"make reference\"\n%s", commandReferencePage, diff)
	}
}

// commandReference renders the help of every command as one page of Markdown.
func commandReference(t *testing.T) string {
	t.Helper()
	var b, index strings.Builder
	env := &command.Env{Console: console.New(console.Options{Stdout: io.Discard, Stderr: io.Discard, Now: time.Now})}
	for _, c := range newApp(env, io.Discard).VisibleCommands() {
		if c.Name != "help" {
			writeCommand(t, &b, &index, c, "hectl")
		}
	}
	return "# Commands\n\n" +
		"This page shows the help of every command. `make reference` writes it.\n\n" +
		"| command | purpose |\n|---|---|\n" + index.String() +
		"\n## Common options\n\nEvery command has these options:\n\n" + optionTable(command.OutputFlags()) +
		"\n## AWS options\n\nEvery command that uses a bucket has these options:\n\n" + optionTable(command.StoreFlags()) +
		"\nFor the environment variables and the keys in `hectl.yml`, see [settings](settings.md).\n" + b.String()
}

// writeCommand writes a command and its subcommands to b, and their names to index.
func writeCommand(t *testing.T, b, index *strings.Builder, c *cli.Command, parent string) {
	t.Helper()
	name := parent + " " + c.Name
	fmt.Fprintf(index, "| [`%s`](#%s) | %s |\n", name, strings.ReplaceAll(name, " ", "-"), markdownText(c.Usage))
	fmt.Fprintf(b, "\n## %s\n\n%s.\n\n```\n%s\n```\n", name, markdownText(strings.ToUpper(c.Usage[:1])+c.Usage[1:]), unindent(c.UsageText))

	text := c.Description
	if after, ok := strings.CutPrefix(text, "EXAMPLES:\n"); ok {
		var examples string
		examples, text, _ = strings.Cut(after, "\n\n")
		fmt.Fprintf(b, "\n```sh\n%s```\n", exampleLines(examples))
	}
	for paragraph := range strings.SplitSeq(strings.Trim(text, "\n"), "\n\n") {
		first, rest, _ := strings.Cut(unindent(paragraph), "\n")
		switch {
		case first == "":
		case strings.HasSuffix(first, ":"): // commands to type
			fmt.Fprintf(b, "\n%s\n\n```\n%s\n```\n", markdownText(first), rest)
		default:
			fmt.Fprintf(b, "\n%s\n", markdownText(first+"\n"+rest))
		}
	}

	own, usesBucket := ownFlags(c)
	if table := optionTable(own); table != "" {
		b.WriteString("\n" + table)
	}
	also := "the [common options](#common-options)"
	if usesBucket {
		also += " and the [AWS options](#aws-options)"
	}
	if len(own) > 0 || len(c.Subcommands) == 0 {
		fmt.Fprintf(b, "\n`%s` also has %s.\n", name, also)
	}
	if _, codes, ok := strings.Cut(c.CustomHelpTemplate, "\nEXIT CODES:\n"); ok {
		b.WriteString("\n| exit code | meaning |\n|---|---|\n" + exitCodeRows(codes))
	}
	for _, sub := range c.Subcommands {
		if !sub.Hidden && sub.Name != "help" {
			writeCommand(t, b, index, sub, name)
		}
	}
}

// ownFlags returns the flags of c that the page does not list as common to all commands,
// and whether c has the AWS options.
func ownFlags(c *cli.Command) (own []cli.Flag, usesBucket bool) {
	common, aws := usages(command.OutputFlags()), usages(command.StoreFlags())
	for _, f := range c.Flags {
		name, usage := f.Names()[0], flagUsage(f)
		switch {
		case name == "help" || common[name] == usage && usage != "":
		case aws[name] == usage && usage != "":
			usesBucket = true
		default:
			own = append(own, f)
		}
	}
	return own, usesBucket
}

func usages(flags []cli.Flag) map[string]string {
	all := map[string]string{}
	for _, f := range flags {
		all[f.Names()[0]] = flagUsage(f)
	}
	return all
}

func flagUsage(f cli.Flag) string {
	if documented, ok := f.(cli.DocGenerationFlag); ok {
		return documented.GetUsage()
	}
	return ""
}

func optionTable(flags []cli.Flag) string {
	var b strings.Builder
	for _, f := range flags {
		d := commandline.DescribeFlag(f)
		names := strings.TrimSpace(strings.Join(d.Names, "`, `") + " " + d.Placeholder)
		fmt.Fprintf(&b, "| `%s` | %s |\n", names, markdownText(d.Usage))
	}
	if b.Len() == 0 {
		return ""
	}
	return "| option | meaning |\n|---|---|\n" + b.String()
}

// exitCodeRows renders the exit codes in a help text, which may have continuation lines,
// as rows of a table.
func exitCodeRows(codes string) string {
	var rows []string
	for line := range strings.Lines(codes) {
		code, meaning, ok := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case strings.TrimSpace(line) == "":
		case ok && strings.Trim(code, "0123456789") == "":
			rows = append(rows, fmt.Sprintf("| %s | %s", code, markdownText(strings.TrimSpace(meaning))))
		case len(rows) > 0:
			rows[len(rows)-1] += " " + markdownText(strings.TrimSpace(line))
		}
	}
	return strings.Join(rows, " |\n") + " |\n"
}

// exampleLines renders the examples in a help text for a shell: text after a gap becomes a
// comment.
func exampleLines(examples string) string {
	var commands, comments []string
	for line := range strings.Lines(examples) {
		line = strings.TrimRight(strings.TrimPrefix(line, "   "), " \n")
		goesOn := strings.HasPrefix(line, " ")
		line = strings.TrimSpace(line)
		if goesOn && len(commands) > 0 {
			comments[len(comments)-1] = strings.TrimSpace(comments[len(comments)-1] + " " + line)
			continue
		}
		typed, comment := line, ""
		if before, after, ok := strings.Cut(line, "  "); ok && !crontabLine.MatchString(line) {
			typed, comment = before, strings.TrimSpace(after)
		}
		commands, comments = append(commands, typed), append(comments, comment)
	}
	width := 0
	for i, c := range commands {
		if comments[i] != "" {
			width = max(width, utf8.RuneCountInString(c))
		}
	}
	var b strings.Builder
	for i, c := range commands {
		if comments[i] == "" {
			b.WriteString(c + "\n")
			continue
		}
		fmt.Fprintf(&b, "%-*s  # %s\n", width, c, comments[i])
	}
	return b.String()
}

// unindent removes the indentation of help.
func unindent(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimRight(strings.TrimPrefix(line, "   "), "\n"))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// markdownText escapes text for Markdown.
func markdownText(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "[", `\[`, "<", `\<`, "|", `\|`).Replace(text)
}
