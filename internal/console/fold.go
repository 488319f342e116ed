package console

import (
	"regexp"
	"strings"
)

// foldIndent starts every line after the first.
const foldIndent = "  "

// piece matches a part of a line that is not broken: a word, or text in double quotes,
// which users paste. commandBegins matches the start of a command that runs to the end
// of the line.
var (
	piece         = regexp.MustCompile(`[^\s"]*"[^"]*"[^\s"]*|\S+`)
	commandBegins = regexp.MustCompile(`: (?:psql|sudo|hectl|aws|brew|docker|apt-get|export|createdb) `)
)

// fold breaks a message into lines of at most width columns. A command stays on one line
// even if it is longer: the terminal wraps it, so it can be pasted.
func fold(text string, width int) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if columnsOf(line) > width && width > len(foldIndent) {
			lines[i] = foldLine(line, width)
		}
	}
	return strings.Join(lines, "\n")
}

func foldLine(line string, width int) string {
	command := ""
	if at := commandBegins.FindStringIndex(line); at != nil {
		line, command = line[:at[0]+1], line[at[0]+2:]
	}
	pieces := piece.FindAllString(line, -1)
	if command != "" {
		pieces = append(pieces, command)
	}
	var b strings.Builder
	column := 0
	for i, p := range pieces {
		n := columnsOf(p)
		switch {
		case i == 0:
		case column+1+n <= width:
			b.WriteByte(' ')
			column++
		default:
			b.WriteString("\n" + foldIndent)
			column = len(foldIndent)
		}
		b.WriteString(p)
		column += n
	}
	return b.String()
}

// gap matches the label of a table or list, and the gap after it.
var gap = regexp.MustCompile(`^(\s*\S+(?: \S+)*)\s{2,}`)

// pasted matches a line that is only a command.
var pasted = regexp.MustCompile(`^\s*(?:>|psql|sudo|hectl|aws|brew|docker|apt-get|export|createdb) `)

// foldResult breaks the lines of a result that are wider than width columns between
// words, and aligns the new lines with the text after the label. A line to paste is not
// broken.
func foldResult(text string, width int) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if columnsOf(line) > width && !pasted.MatchString(line) && !commandBegins.MatchString(line) {
			lines[i] = foldAligned(line, width)
		}
	}
	return strings.Join(lines, "\n")
}

func foldAligned(line string, width int) string {
	indent := len(line) - len(strings.TrimLeft(line, " ")) + len(foldIndent)
	if label := gap.FindString(line); label != "" {
		indent = columnsOf(label)
	}
	if indent > width*2/3 {
		return line
	}
	var b strings.Builder
	rest := line
	for columnsOf(rest) > width {
		at, column := -1, 0
		for i, r := range rest {
			if column += columnsOf(string(r)); r == ' ' && column > indent && (column <= width+1 || at < 0) {
				at = i
			}
		}
		if at < 0 {
			break
		}
		b.WriteString(strings.TrimRight(rest[:at], " ") + "\n")
		rest = strings.Repeat(" ", indent) + strings.TrimLeft(rest[at:], " ")
	}
	b.WriteString(rest)
	return b.String()
}
