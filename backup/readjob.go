package backup

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
)

// ScheduledJob is a backup as a crontab or a unit of systemd has it: what
// "hectl schedule" writes, or a line like it.
type ScheduledJob struct {
	Program   string            // hectl, as the line names it
	Args      []string          // after "backup"
	Env       map[string]string // set beside it
	EnvFiles  []string          // of variables; EnvironmentFile= with its "-" when the file need not be there
	Dir       string            // "" for the one where such jobs begin
	Account   string            // User= of the unit; "" for another, or for cron
	Unit      bool              // it is a unit of systemd's
	HidesHome bool              // ProtectHome= and PrivateTmp=
	Others    int               // further lines that run hectl backup
}

// ReadJob finds the backup in text: a crontab, a line of one, or a unit. Of several
// it takes that of label, if one is given, else the first.
func ReadJob(text, label string) (ScheduledJob, error) {
	jobs, err := crontabJobs(text)
	if len(jobs) == 0 && err == nil && unitSection.MatchString(text) {
		jobs, err = unitJobs(text)
	}
	if err != nil {
		return ScheduledJob{}, fault.New(fault.Usage, "write it as \"hectl schedule\" prints it", "read the line: %w", err)
	}
	for _, j := range jobs {
		if label == "" || slices.Contains(j.Args, "--env="+label) {
			j.Others = len(jobs) - 1
			return j, nil
		}
	}
	hint := `give it what "hectl schedule" printed: a crontab (crontab -l | hectl doctor --line -), or the .service file`
	if len(jobs) > 0 {
		return ScheduledJob{}, fault.New(fault.NotFound, hint, "no line runs hectl backup --env=%s", label)
	}
	return ScheduledJob{}, fault.New(fault.NotFound, hint, "no line runs hectl backup")
}

var (
	unitSection = regexp.MustCompile(`(?m)^\[Service\]\s*$`)
	// cronTimes are the five fields of a crontab's line, or a name for them.
	cronTimes  = regexp.MustCompile(`^\s*(?:@[a-z]+|[\d*][\d*/,-]*(?:\s+[\d*/,A-Za-z-]+){4})\s+(\S.*)$`)
	assignment = regexp.MustCompile(`^\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$`)
)

// crontabJobs returns the lines that run hectl backup, those without times included:
// a command may have been taken out of its line. Assignments hold for the lines after
// them.
func crontabJobs(text string) (jobs []ScheduledJob, err error) {
	env := map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || strings.HasPrefix(trimmed, "#"):
			continue
		case unitSection.MatchString(trimmed), strings.HasPrefix(trimmed, "[Unit]"):
			return jobs, err // the rest is no crontab
		}
		command := line
		if timed := cronTimes.FindStringSubmatch(line); timed != nil {
			command = beforePercent(timed[1])
		}
		j, wrong := commandJob(command, env)
		switch set := assignment.FindStringSubmatch(line); {
		case wrong == nil && j.Program != "":
			jobs = append(jobs, j)
		case set != nil:
			env[set[1]] = unquoted(set[2])
		case wrong != nil && err == nil && strings.Contains(line, "hectl"):
			err = wrong
		}
	}
	if len(jobs) > 0 {
		err = nil // another line is not this one's business
	}
	return jobs, err
}

// unquoted removes the quotes around a value of a crontab.
func unquoted(s string) string {
	if n := len(s); n >= 2 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		return s[1 : n-1]
	}
	return s
}

// beforePercent returns what cron gives to the shell: a % ends the command, unless
// there is a backslash before it.
func beforePercent(command string) string {
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

// commandJob finds hectl backup in a shell's line. Program is "" where there is none.
func commandJob(line string, env map[string]string) (ScheduledJob, error) {
	j := ScheduledJob{Env: maps.Clone(env)}
	commands, err := shellCommands(line, func(name string) string { return j.Env[name] })
	if err != nil {
		return j, err
	}
	for _, words := range commands {
		if n := len(words); n == 2 || n == 3 { // after a user, in /etc/crontab
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

// take reads the words of a command, and reports whether it is hectl backup. What is
// before hectl is a user, as in /etc/crontab, a variable, or a program that runs it,
// such as nice.
func (j *ScheduledJob) take(words []string) bool {
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
	// Options may stand before the command as well as after it.
	j.Program, j.Args = words[i], slices.Concat(words[i+1:i+at], words[i+at+1:])
	return true
}

// unitJobs returns the commands of a unit that run hectl backup.
func unitJobs(text string) ([]ScheduledJob, error) {
	unit := ScheduledJob{Env: map[string]string{}, Unit: true}
	var jobs []ScheduledJob
	text = strings.ReplaceAll(text, "\\\n", " ")
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || strings.HasPrefix(key, "#") || strings.HasPrefix(key, ";") {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "User":
			unit.Account = value
		case "ProtectHome":
			unit.HidesHome = value != "no" && value != "false" && value != "0" && value != "off"
		case "WorkingDirectory":
			unit.Dir = strings.TrimPrefix(value, "-")
		case "EnvironmentFile":
			unit.EnvFiles = append(unit.EnvFiles, value)
		case "Environment":
			words, err := unitWords(value)
			if err != nil {
				return nil, err
			}
			for _, w := range words {
				if name, v, ok := strings.Cut(w, "="); ok {
					unit.Env[name] = v
				}
			}
		case "ExecStart":
			words, err := unitWords(strings.TrimLeft(value, "-@:+!"))
			if err != nil {
				return nil, err
			}
			j := unit
			if j.take(words) {
				jobs = append(jobs, j)
			}
		}
	}
	for i := range jobs { // what stands after ExecStart= holds for it as well
		jobs[i].Account, jobs[i].Dir, jobs[i].EnvFiles, jobs[i].HidesHome = unit.Account, unit.Dir, unit.EnvFiles, unit.HidesHome
	}
	return jobs, nil
}

// unitWords is the other way of unitWord: the words of a line, without the quotes and
// with the escapes of systemd.syntax(7) replaced. Specifiers stay as they are.
func unitWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quote := false, byte(0)
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '\\' && i+1 < len(line):
			i++
			word.WriteByte(line[i])
			inWord = true
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, inWord = c, true
		case quote == 0 && (c == ' ' || c == '\t'):
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
		default:
			if (c == '%' || c == '$') && i+1 < len(line) && line[i+1] == c {
				i++
			}
			word.WriteByte(c)
			inWord = true
		}
	}
	if quote != 0 {
		return nil, errUnclosed
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
