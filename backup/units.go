package backup

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// A job is a backup that cron or systemd is to run.
type job struct {
	rhythm  rhythm
	hectl   string   // its absolute path
	args    []string // after "hectl backup", without secrets and control characters
	profile string   // of AWS, for cron: the unit's user has no ~/.aws
	envFile string   // where the unit finds passwords and keys
	what    string   // is backed up where
	timeout time.Duration
	memory  int64 // bytes that are enough
	account account
	source  pgtools.Conn
}

// account is who runs the service. The zero value is a user that exists only while
// it runs.
type account struct {
	name   string // of a real account; "" for none
	tmp    bool   // it has to see the machine's /tmp, where the source's socket is
	reason string // why it is that one
}

// lines are those of the unit's [Service] section.
func (a account) lines() string {
	user := `# A user that exists only while the service runs. It needs the network and
# nothing else.
DynamicUser=yes`
	if a.name != "" {
		user = "# " + a.reason + "\nUser=" + unitText(a.name)
	}
	tmp := "PrivateTmp=yes"
	if a.tmp {
		tmp = "# The socket is in /tmp.\nPrivateTmp=no"
	}
	return user + "\nProtectSystem=strict\nProtectHome=yes\n" + tmp
}

// check refuses what no quoting gets into a line.
func (j job) check() error {
	for _, word := range append([]string{j.hectl, j.what, j.profile, j.account.name}, j.args...) {
		if strings.ContainsFunc(word, unicode.IsControl) {
			return fault.New(fault.Usage, "", "%q cannot be written into a crontab: it holds a control character", word)
		}
	}
	return nil
}

// crontab returns the line for a user's crontab. Cron mails what is written to
// standard error: warnings and failures.
func (j job) crontab() string {
	words := []string{j.rhythm.cron() + " ", fault.ShellQuote(j.hectl), "backup", "--quiet"}
	for _, arg := range j.args {
		words = append(words, fault.ShellQuote(arg))
	}
	if j.profile != "" {
		words = append(words, fault.ShellQuote("--profile="+j.profile))
	}
	// To cron a % is the end of the line, also between quotes.
	return strings.ReplaceAll(strings.Join(append(words, ">/dev/null"), " "), "%", `\%`)
}

// service returns the unit that runs the backup once.
//
// What must not stand in it comes from an EnvironmentFile=, not by
// LoadCredential=: with DynamicUser= systemd 254 and later make such a file look
// readable by its group, so that libpq ignores a .pgpass:
// https://github.com/systemd/systemd/issues/29435
func (j job) service() string {
	words := []string{unitWord(j.hectl), "backup", "--quiet"}
	for _, arg := range j.args {
		words = append(words, unitWord(arg))
	}
	timeout := "infinity"
	if j.timeout > 0 {
		timeout = fmt.Sprintf("%.0fmin", (j.timeout + cleanUpTime).Minutes())
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
`, unitText(j.what), strings.Join(words, " "), j.envFile, timeout, j.memory>>20, j.account.lines())
}

// cleanUpTime is how long hectl may take after its own --timeout.
const cleanUpTime = 15 * time.Minute

// timer returns the unit that starts the service.
func (j job) timer() string {
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
`, unitText(j.what), shortly(j.rhythm.every), j.rhythm.calendar())
}

// unitWord quotes a word of ExecStart=, in which systemd replaces specifiers
// and variables, also between quotes.
func unitWord(s string) string {
	quote := fault.ShellQuote(s) != s // systemd minds nothing that no shell minds
	s = strings.NewReplacer("%", "%%", "$", "$$", `\`, `\\`, `"`, `\"`).Replace(s)
	if quote {
		return `"` + s + `"`
	}
	return s
}

// unitText escapes a text that systemd does not take apart.
func unitText(s string) string { return strings.ReplaceAll(s, "%", "%%") }
