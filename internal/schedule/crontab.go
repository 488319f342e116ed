package schedule

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Crontab returns the line for a user's crontab. Only warnings and failures reach
// standard error, so cron sends mail only for those.
func (j Job) Crontab() string {
	words := []string{j.Interval.cron() + " ", fault.ShellQuote(j.Hectl), "backup", "--quiet"}
	for _, arg := range j.Args {
		words = append(words, fault.ShellQuote(arg))
	}
	if j.Profile != "" {
		words = append(words, fault.ShellQuote("--profile="+j.Profile))
	}
	// Cron ends the command at a %, even between quotes.
	return strings.ReplaceAll(strings.Join(append(words, ">/dev/null"), " "), "%", `\%`)
}

var (
	// cronTimes matches a crontab line with five time fields or a name such as @daily.
	cronTimes  = regexp.MustCompile(`^\s*(?:@[a-z]+|[\d*][\d*/,-]*(?:\s+[\d*/,A-Za-z-]+){4})\s+(\S.*)$`)
	assignment = regexp.MustCompile(`^\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$`)
)

// crontabJobs returns the lines that run hectl backup. It accepts lines without times:
// the user may have pasted only the command. An assignment applies to the lines after it.
func crontabJobs(text string) (jobs []InstalledJob, err error) {
	env := map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || strings.HasPrefix(trimmed, "#"):
			continue
		case unitSection.MatchString(trimmed), strings.HasPrefix(trimmed, "[Unit]"):
			return jobs, err // the rest is a unit
		}
		command := line
		if timed := cronTimes.FindStringSubmatch(line); timed != nil {
			command = cutAtPercent(timed[1])
		}
		j, parseErr := commandJob(command, env)
		switch set := assignment.FindStringSubmatch(line); {
		case parseErr == nil && j.Program != "":
			jobs = append(jobs, j)
		case set != nil:
			env[set[1]] = unquote(set[2])
		case parseErr != nil && err == nil && strings.Contains(line, "hectl"):
			err = parseErr
		}
	}
	if len(jobs) > 0 {
		err = nil // the error is about another line
	}
	return jobs, err
}

// unquote removes the quotes around the value of a crontab's assignment.
func unquote(s string) string {
	if n := len(s); n >= 2 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		return s[1 : n-1]
	}
	return s
}

// cutAtPercent returns the part of a command that cron passes to the shell: an
// unescaped % ends it.
func cutAtPercent(command string) string {
	var b strings.Builder
	for i := 0; i < len(command); i++ {
		switch {
		case strings.HasPrefix(command[i:], `\%`):
			i++
			b.WriteByte('%')
		case command[i] == '%':
			return b.String()
		default:
			b.WriteByte(command[i])
		}
	}
	return b.String()
}

// commandJob finds hectl backup in a shell command line. Program is empty if the line
// does not run it.
func commandJob(line string, env map[string]string) (InstalledJob, error) {
	j := InstalledJob{Env: maps.Clone(env)}
	commands, err := shellCommands(line, func(name string) string { return j.Env[name] })
	if err != nil {
		return j, err
	}
	for _, words := range commands {
		if n := len(words); n == 2 || n == 3 { // 3 words if a user comes first, as in /etc/crontab
			switch words[n-2] {
			case "cd":
				j.Dir = words[n-1]
			case ".", "source":
				j.EnvFiles = append(j.EnvFiles, words[n-1])
			}
		}
		if j.take(words) {
			return j, nil
		}
	}
	return j, nil
}

// take fills in the job from the words of a command and reports whether the command
// is hectl backup. Before hectl there may be a user, as in /etc/crontab, assignments,
// or a program such as nice.
func (j *InstalledJob) take(words []string) bool {
	i := slices.IndexFunc(words, func(w string) bool { return path.Base(w) == "hectl" && !strings.Contains(w, "=") })
	if i < 0 {
		return false
	}
	at := slices.Index(words[i:], "backup")
	if at < 1 {
		return false
	}
	for _, w := range words[:i] {
		if name, value, ok := strings.Cut(w, "="); ok && isVariableName(name) {
			j.Env[name] = value
		}
	}
	// Options may come before or after the command.
	j.Program, j.Args = words[i], slices.Concat(words[i+1:i+at], words[i+at+1:])
	return true
}
