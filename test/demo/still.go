package main

import (
	"fmt"
	"html"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"
)

// The still is a picture of a terminal: the text of a run, line by line.
const (
	stillColumns = 96
	charWidth    = 8.4 // width in a monospaced font of 14 pixels
	lineHeight   = 21
	padding      = 18
)

// writeStill writes the command and its output to file, as an SVG.
func writeStill(file, command, output string) error {
	if err := os.WriteFile(file, []byte(still(command, output)), 0o644); err != nil {
		return fmt.Errorf("write the still: %w", err)
	}
	return nil
}

// still renders the command and its output as an SVG. The text in it can be selected;
// each line has the width of its columns, whatever font is found.
func still(command, output string) string {
	lines := []string{"$ " + command}
	for line := range strings.Lines(output) {
		lines = append(lines, foldWords(strings.TrimRight(line, "\n"), stillColumns)...)
	}
	const width = 807 + 2*padding // 96 columns
	height := len(lines)*lineHeight + 2*padding - 4
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" role="img">`+"\n", width, height)
	fmt.Fprintf(&b, "<title>%s in a terminal</title>\n", html.EscapeString(command))
	b.WriteString("<!-- Written by \"make still\". -->\n")
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="8" fill="#161b22"/>`+"\n", width, height)
	b.WriteString(`<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#e6edf3">` + "\n")
	for i, line := range lines {
		text := strings.TrimLeft(line, " ")
		if text == "" {
			continue
		}
		x := padding + float64(len(line)-len(text))*charWidth
		color := ""
		if i == 0 {
			color = ` fill="#7ee787"`
		}
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" textLength="%.1f" lengthAdjust="spacingAndGlyphs"%s>%s</text>`+"\n",
			x, padding+10+i*lineHeight, float64(utf8.RuneCountInString(text))*charWidth, color, html.EscapeString(text))
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

// foldWords breaks a line between words so that no part has more than n columns, unless
// a single word has more.
func foldWords(line string, n int) []string {
	var parts []string
	for utf8.RuneCountInString(line) > n {
		at := strings.LastIndex(line[:n+1], " ")
		if at <= 0 {
			break
		}
		parts = append(parts, line[:at])
		line = line[at+1:]
	}
	return append(parts, line)
}

var stillText = regexp.MustCompile(`<text [^>]*>([^<]*)</text>`)

// textOfStill returns the text that a still shows.
func textOfStill(svg string) string {
	var lines []string
	for _, text := range stillText.FindAllStringSubmatch(svg, -1) {
		lines = append(lines, html.UnescapeString(text[1]))
	}
	return strings.Join(lines, "\n")
}

// Text that differs from run to run.
var (
	timeInKey = regexp.MustCompile(`\d{14}`)
	minute    = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d`)
	size      = regexp.MustCompile(`\d+(\.\d+)? [kMG]?B\b`)
	duration  = regexp.MustCompile(`\b(\d+m)?\d+(\.\d+)?m?s\b`)
)

// shape returns text without the parts that differ from run to run, and without line
// breaks.
func shape(text string) string {
	text = timeInKey.ReplaceAllString(text, "TIME")
	text = minute.ReplaceAllString(text, "MINUTE")
	text = size.ReplaceAllString(text, "SIZE")
	text = duration.ReplaceAllString(text, "DURATION")
	return strings.Join(strings.Fields(text), " ")
}
