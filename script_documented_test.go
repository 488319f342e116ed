package main

import (
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// documented FILE… runs every hectl command line in the shell blocks of these files. It
// replaces the names in the pages (a bucket, hosts, databases) with those of the script,
// and nothing else. A line may exit 3, since some of them cause a warning here.
func cmdDocumented(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: documented FILE…")
	}
	for _, file := range args {
		text, err := os.ReadFile(ts.MkAbs(file))
		ts.Check(err)
		lines := commandLines(string(text))
		if len(lines) == 0 {
			ts.Fatalf("%s shows no command", file)
		}
		for i, line := range lines {
			if slices.Contains(lines[:i], line) {
				continue // the command ran when the page first showed it
			}
			if reason, ok := notHere(line); ok {
				ts.Logf("not run: %s: %s", line, reason)
				continue
			}
			run := here(ts, line)
			ts.Logf("%s: %s", file, run)
			// The script's own "exec" has no way to allow two codes.
			ts.Check(ts.Exec("bash", "-c", "set -o pipefail\n"+run+"\ncode=$?; [ $code = 3 ] || exit $code"))
		}
	}
}

// shellBlock matches a fenced block of Markdown for a shell.
var shellBlock = regexp.MustCompile("(?s)(?:^|\n)```sh\n(.*?)```\n")

// aside matches a remark after a command.
var aside = regexp.MustCompile(`\s+#.*$`)

// commandLines returns the lines of shell blocks that run hectl, without remarks.
func commandLines(markdown string) []string {
	var lines []string
	for _, block := range shellBlock.FindAllStringSubmatch(markdown, -1) {
		for line := range strings.Lines(strings.ReplaceAll(block[1], "\\\n", " ")) {
			line = aside.ReplaceAllString(strings.TrimSpace(line), "")
			if runsHectl.MatchString(line) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

var runsHectl = regexp.MustCompile(`(^|[|&] *|\$\(|sudo |-E |[A-Z]=("[^"]*"|'[^']*'|\S)* )hectl( |$)`)

// notHere returns the lines that cannot run in a test, with the reasons.
func notHere(line string) (reason string, ok bool) {
	for part, reason := range map[string]string{
		"--iam-auth":         "needs RDS",
		"--profile our-team": "needs an AWS profile",
		"| jq ":              "needs jq",
		"fish | source":      "needs fish",
		"completion zsh":     "needs zsh",
		"sudo hectl doctor":  "needs an installed systemd service",
		"purge --all":        "would drop the databases of other scripts",
	} {
		if strings.Contains(line, part) {
			return reason, true
		}
	}
	if line == "hectl init" {
		return "asks on a terminal", true
	}
	return "", false
}

// here replaces the names in a page with those of the script.
func here(ts *testscript.TestScript, line string) string {
	source := ts.Getenv("HECTL_SOURCE")
	for _, r := range [][2]string{
		{"sudo -E ", ""},
		{"crontab -l", "(cat job.env; hectl schedule --every 4h)"},
		{"--install", "--install --force --dir units"},
		{"/etc/hectl/env", "job.env"},
		{"ssh db pg_dump -Fc app", "pg_dump -Fc " + source},
		{"postgres://backup@db.example.com/app_production", source},
		{`"service=staging"`, "'" + source + "'"},
		{"service=staging", "'" + source + "'"},
		{"s3://our-backups", "s3://" + ts.Getenv("BUCKET")},
		{"s3://other-bucket/backups/x.rds.dump", "s3://" + ts.Getenv("BUCKET") + "/backups/production-20261123083000.rds.dump"},
		{"./tmp/local.dump", "./some.dump"},
		{"/var/lib/node_exporter/", ""},
		{"--endpoint-url https://s3.example.com", "--endpoint-url " + ts.Getenv("AWS_ENDPOINT_URL_S3")},
		{"https://hc-ping.com/UUID", ts.Getenv("HOOK")},
		{"--target my_dev", "--target " + ts.Getenv("HECTL_TARGET")},
		{"--target app_dev", "--target " + ts.Getenv("HECTL_TARGET")},
		{"HECTL_TARGET=verify_here", "HECTL_TARGET=" + ts.Getenv("HECTL_TARGET")},
		{"-o /var/tmp", "-o elsewhere"},
		{"hectl purge", "hectl purge --yes"},                          // a test cannot answer a question
		{"hectl download", "hectl download --force"},                  // several pages download the same dump
		{"save before-migration --dry-run", "save another --dry-run"}, // the page has already saved that one
		{"delete before-migration clean", "delete clean"},             // the page has already renamed the first one
		{"s3://masked-dumps", "s3://masked-backups/app"},
		{"s3://masked-backups/app", "s3://" + ts.Getenv("BUCKET") + "/masked"},
	} {
		line = strings.ReplaceAll(line, r[0], r[1])
	}
	return line
}
