package schedule

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Unit is a unit file of systemd.
type Unit struct {
	Path  string `json:"path"`
	Text  string `json:"text"`
	State string `json:"state,omitempty"` // "written" or "unchanged" once Install has run
}

// Units returns the service and the timer with that name, as files in dir.
func (j Job) Units(dir, name string) []Unit {
	return []Unit{
		{Path: filepath.Join(dir, name+".service"), Text: j.service()},
		{Path: filepath.Join(dir, name+".timer"), Text: j.timer()},
	}
}

// service returns the unit that runs the backup once.
//
// Secrets come from an EnvironmentFile= and not from LoadCredential=: with
// DynamicUser=, systemd 254 and later make a loaded file look readable by its group,
// so libpq ignores a .pgpass: https://github.com/systemd/systemd/issues/29435
func (j Job) service() string {
	words := []string{unitWord(j.Hectl), "backup", "--quiet"}
	for _, arg := range j.Args {
		words = append(words, unitWord(arg))
	}
	timeout := "infinity"
	if j.Timeout > 0 {
		timeout = fmt.Sprintf("%.0fmin", (j.Timeout + cleanUpTime).Minutes())
	}
	return fmt.Sprintf(`# Made by "hectl schedule".
[Unit]
Description=%s
Wants=network-online.target
After=network-online.target
# To be notified of failures, name a unit here:
#OnFailure=

[Service]
Type=oneshot
ExecStart=%s
# Passwords and keys, one per line, readable by root only (mode 0600):
# PGPASSWORD, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, HECTL_NOTIFY
EnvironmentFile=-%s
# hectl's own --timeout comes first.
TimeoutStartSec=%s
# When stopped, hectl stops pg_dump and aborts the upload.
KillMode=mixed
TimeoutStopSec=2min
Nice=10
MemoryMax=%dM

%s
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
CapabilityBoundingSet=
NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
UMask=0077
`, unitText(j.Description), strings.Join(words, " "), j.EnvFile, timeout, j.Memory>>20, j.Account.unitLines())
}

// cleanUpTime is the time that hectl may need after its own --timeout.
const cleanUpTime = 15 * time.Minute

// timer returns the unit that starts the service.
func (j Job) timer() string {
	return fmt.Sprintf(`# Made by "hectl schedule".
[Unit]
Description=%s, every %s

[Timer]
OnCalendar=%s
# Run a missed backup when the machine is on again.
Persistent=true
RandomizedDelaySec=2min

[Install]
WantedBy=timers.target
`, unitText(j.Description), j.Interval, j.Interval.calendar())
}

// unitLines returns the lines of the [Service] section that depend on the account.
func (a Account) unitLines() string {
	user := `# A user that exists only while the service runs. It needs the network and
# nothing else.
DynamicUser=yes`
	if a.Name != "" {
		user = "# " + a.Reason + "\nUser=" + unitText(a.Name)
	}
	tmp := "PrivateTmp=yes"
	if a.SharesTmp {
		tmp = "# The socket is in /tmp.\nPrivateTmp=no"
	}
	return user + "\nProtectSystem=strict\nProtectHome=yes\n" + tmp
}

// unitWord quotes a word of ExecStart=, where systemd expands specifiers and
// variables even between quotes.
func unitWord(s string) string {
	quote := fault.ShellQuote(s) != s // a word that is plain to a shell is plain to systemd
	s = strings.NewReplacer("%", "%%", "$", "$$", `\`, `\\`, `"`, `\"`).Replace(s)
	if quote {
		return `"` + s + `"`
	}
	return s
}

// unitText escapes a value in which systemd expands only specifiers.
func unitText(s string) string { return strings.ReplaceAll(s, "%", "%%") }

// unitJobs returns the commands of a unit that run hectl backup.
func unitJobs(text string) ([]InstalledJob, error) {
	unit := InstalledJob{Env: map[string]string{}, Unit: true}
	var jobs []InstalledJob
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
	for i := range jobs { // lines after ExecStart= also apply to it
		jobs[i].Account, jobs[i].Dir, jobs[i].EnvFiles, jobs[i].HidesHome = unit.Account, unit.Dir, unit.EnvFiles, unit.HidesHome
	}
	return jobs, nil
}

// unitWords reverses unitWord: it splits a line into words, removes the quotes and
// replaces the escapes of systemd.syntax(7). Specifiers are kept.
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
