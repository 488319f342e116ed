package console

import (
	"regexp"
	"strings"
)

// folded is how lines after the first begin.
const folded = "  "

// piece is what a line is folded between: a word, or something in double quotes,
// which is likely to be pasted. commandBegins finds a command that goes on to the end.
var (
	piece         = regexp.MustCompile(`[^\s"]*"[^"]*"[^\s"]*|\S+`)
	commandBegins = regexp.MustCompile(`: (?:psql|sudo|hectl|aws|brew|docker|apt-get|export|createdb) `)
)

// fold breaks a line of talk into lines of at most width columns. A command stays in
// one piece, also when it is longer: the terminal breaks it, and it can be pasted.
func fold(text string, width int) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if columnsOf(line) > width && width > len(folded) {
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
			b.WriteString("\n" + folded)
			column = len(folded)
		}
		b.WriteString(p)
		column += n
	}
	return b.String()
}

// gap parts a label from what it says, in a table or a list.
var gap = regexp.MustCompile(`^(\s*\S+(?: \S+)*)\s{2,}`)

// pasted is a line that is nothing but a command.
var pasted = regexp.MustCompile(`^\s*(?:>|psql|sudo|hectl|aws|brew|docker|apt-get|export|createdb) `)

// foldResult breaks the lines of a result that are wider than width columns between
// words, and lines up what follows a label. A line to paste stays as it is.
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
	indent := len(line) - len(strings.TrimLeft(line, " ")) + len(folded)
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
