package pgtools

import (
	"cmp"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/rubyforgood/hectl/internal/fault"
)

// from returns the origin of a libpq keyword's value, such as "PGUSER", "service app" or
// ByLibpq, or "" if the origin is not known.
func (c Conn) from(keyword string) string {
	if c.settings == nil {
		return ""
	}
	if keyword == "password" && c.get("password") == "" && c.password() != "" {
		return c.get("passfile")
	}
	return c.settings().origins[keyword]
}

// told adds a hint with the origins of c's settings.
func (c Conn) told(err error) error {
	if c.from("host") == "" {
		return err
	}
	type place struct {
		origin string
		parts  []string
	}
	var places []place
	for _, part := range []struct{ keyword, name string }{
		{"host", "host"}, {"port", "port"}, {"user", "user"}, {"password", "password"}, {"dbname", "database"},
	} {
		origin := c.from(part.keyword)
		if origin == "" {
			continue
		}
		i := slices.IndexFunc(places, func(p place) bool { return p.origin == origin })
		if i < 0 {
			i = len(places)
			places = append(places, place{origin: origin})
		}
		places[i].parts = append(places[i].parts, part.name)
	}
	var texts []string
	for _, p := range places {
		texts = append(texts, strings.Join(p.parts, ", ")+" from "+p.origin)
	}
	hints := append(fault.Hints(err), "check where the settings come from: "+strings.Join(texts, "; "))
	return withHints(fault.CodeOf(err), strings.Join(hints, "\n"), err)
}

// withHints gives err a code, and each line of hints as a hint.
func withHints(code fault.Code, hints string, err error) error {
	lines := strings.Split(hints, "\n")
	for _, line := range slices.Backward(lines) {
		err = fault.Wrap(code, line, err)
	}
	return err
}

// inBrackets returns the origin of a setting in parentheses.
func (c Conn) inBrackets(keyword string) string {
	if origin := c.from(keyword); origin != "" && origin != ByLibpq {
		return " (" + origin + ")"
	}
	return ""
}

// wrongPassword returns the advice for a password that the server refuses.
func (c Conn) wrongPassword() string {
	advice := "check PGPASSWORD, or the line in ~/.pgpass"
	switch origin := c.from("password"); {
	case origin == "":
	case origin == c.get("passfile"):
		advice = "check the line in " + origin
	case strings.Contains(origin, "PASSWORD"):
		advice = "check " + origin
	default:
		advice = "check the password in " + origin
	}
	return advice + c.passwordOfRole()
}

func (c Conn) missingPassword() string {
	if loosePassfile(c.get("passfile")) {
		return "run \"chmod 600 " + c.get("passfile") + "\": libpq ignores a password file that others can read"
	}
	places := "set PGPASSWORD"
	if secret := c.settings().secret; secret != "" {
		places = "set " + secret + ", or PGPASSWORD"
	}
	return places + ", or add a line to ~/.pgpass: " + c.passfileLine() + c.passwordOfRole()
}

// passwordOfRole returns the command that sets a password for a role on this machine.
// Debian's superuser has no password.
func (c Conn) passwordOfRole() string {
	if words := c.superuser("psql"); words != nil && plainRole.MatchString(c.User()) {
		return "\ngive the role a password: " + strings.Join(words, " ") + ` -c '\password ` + c.User() + `'`
	}
	if c.IsLocal() {
		return "\ncheck the container's POSTGRES_PASSWORD: it takes effect only when its volume is created"
	}
	return ""
}

// plainRole matches role names that need no quotes in SQL or in a shell.
var plainRole = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

func (c Conn) missingRole() string {
	from := cmp.Or(c.inBrackets("user"), " (PGUSER, or in the connection string)")
	advice := "name another user" + from + ", or create the role"
	words := c.superuser("createuser")
	switch {
	case words != nil && plainRole.MatchString(c.User()):
		advice += ": " + strings.Join(words, " ") + " --createdb " + c.User()
	case c.IsLocal():
		advice += "; a container's superuser is its POSTGRES_USER, by default postgres"
	}
	return advice
}

// otherPeer returns the advice for a server whose socket accepts only the operating system
// account with the role's name, as on Debian.
func (c Conn) otherPeer() string {
	advice := "connect over TCP, where the server asks for a password: "
	switch host := c.from("host"); host {
	case "", ByLibpq, "PGHOST":
		advice += "PGHOST=localhost"
	default:
		advice += "name localhost as the host (" + host + ")"
	}
	account, _ := currentAccount()
	words := c.superuser("createuser")
	if words != nil && plainRole.MatchString(account) && account != c.User() {
		advice += "\nconnect as yourself, once there is a role for you: " + strings.Join(words, " ") + " --createdb " + account
	}
	return advice
}

// startAdvice returns how to start a server at where, the address of c, and the ports of
// other servers on this machine.
func (c Conn) startAdvice(where string) string {
	if !c.IsLocal() {
		return "start PostgreSQL on " + where + ", or name another host or port"
	}
	start := "sudo systemctl start postgresql"
	if runtime.GOOS == "darwin" {
		start = "brew services start postgresql"
	}
	advice := "start PostgreSQL on " + where + " (" + start + ", or docker compose up -d), or name another host or port"
	if ports := listening(socketDirs(), c.Port()); len(ports) > 0 {
		advice += fmt.Sprintf("\nuse PGPORT=%s for the server that runs here", strings.Join(ports, " or PGPORT="))
	}
	return advice
}

// listening returns the ports of the sockets in dirs, without the port but.
func listening(dirs []string, but int) []string {
	var ports []string
	for _, dir := range dirs {
		found, _ := filepath.Glob(filepath.Join(dir, ".s.PGSQL.*")) // the pattern is valid
		for _, path := range found {
			port := strings.TrimPrefix(filepath.Base(path), ".s.PGSQL.")
			if n, err := strconv.Atoi(port); err == nil && n != but && !slices.Contains(ports, port) {
				ports = append(ports, port)
			}
		}
	}
	return ports
}

// superuser returns the beginning of a command line that runs one of PostgreSQL's programs
// as the superuser of c's server: over its Unix socket, as the server's account. It returns
// nil if the server has no socket on this machine.
func (c Conn) superuser(program string) []string {
	dirs := socketDirs()
	if c.IsSocket() {
		dirs = []string{c.Host()}
	} else if !c.IsLocal() {
		return nil
	}
	for _, dir := range dirs {
		if owner := ownerOf(filepath.Join(dir, ".s.PGSQL."+strconv.Itoa(c.Port()))); owner != "" {
			account, _ := currentAccount()
			return superuserWords(program, dir, c.Port(), owner, account)
		}
	}
	return nil
}

// superuserWords is like superuser, for the socket in dir of owner's server.
func superuserWords(program, dir string, port int, owner, account string) []string {
	words := []string{program}
	if owner != account {
		words = []string{"sudo", "-u", owner, program}
	}
	if dir != "/var/run/postgresql" && dir != "/run/postgresql" {
		words = append(words, "-h", dir)
	}
	if port != 5432 {
		words = append(words, "-p", strconv.Itoa(port))
	}
	if program == "psql" && owner != "postgres" {
		words = append(words, "-d", "postgres") // a database named after the role may not exist
	}
	return words
}

// ownerOf returns the account that owns a file, or "".
func ownerOf(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	owner, err := user.LookupId(strconv.Itoa(int(stat.Uid)))
	if err != nil {
		return ""
	}
	return owner.Username
}
