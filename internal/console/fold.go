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
