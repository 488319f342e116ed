package main

import (
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/console"
)

// crontabLine matches five time fields and a command.
var crontabLine = regexp.MustCompile(`(?m)^\s*(?:[\d*/,-]+ +){4}[\d*/,-]+ +(.*\bhectl .*)$`)

// Cron mails everything that a job prints. A result on standard output would cause a mail
// for every success.
func TestCrontabLinesMailNothingOnSuccess(t *testing.T) {
	pages := markdownPages(t)
	env := &command.Env{Console: console.New(console.Options{Stdout: io.Discard, Stderr: io.Discard, Now: time.Now})}
	for _, c := range newApp(env, io.Discard).Commands {
		pages["hectl "+c.Name+" --help"] = c.Description
	}
	for _, page := range []string{"README.md", "docs/cron.md", "hectl backup --help"} {
		if !crontabLine.MatchString(pages[page]) {
			t.Errorf("%s shows no crontab line, or the test does not see it", page)
		}
	}
	for page, text := range pages {
		for _, line := range crontabLine.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(line[1], ">/dev/null") {
				t.Errorf("%s: mails at each success: %s", page, line[0])
			}
		}
	}
}
