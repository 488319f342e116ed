package backup

import (
	"fmt"
	"os/user"
	"regexp"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// accountForm is what useradd takes for a name, capitals included.
var accountForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,30}$`)

// newAccount decides who runs the service: the account that was given, else the one
// that peer authentication, which is usual on a Unix socket, lets in as the source's
// role. A user of systemd's own is no role's.
func newAccount(given string, source pgtools.Conn) (account, error) {
	a := account{name: given, reason: "The account that --user names."}
	if given != "" && !accountForm.MatchString(given) {
		return a, fault.New(fault.Usage, "give the name of an account, as in /etc/passwd", "--user %s is not the name of an account", fault.Quote(given))
	}
	if !source.IsSocket() {
		if given == "" {
			return account{}, nil
		}
		return a, nil
	}
	for _, dir := range []string{"/tmp", "/var/tmp"} {
		a.tmp = a.tmp || strings.HasPrefix(source.Host()+"/", dir+"/")
	}
	if given != "" {
		return a, nil
	}
	a.name = source.User()
	a.reason = fmt.Sprintf("The source is on a Unix socket, where peer authentication lets in only the account %s.", a.name)
	if !accountForm.MatchString(a.name) {
		return a, fault.New(fault.Usage, "name an account with --user and map it to the role in pg_ident.conf, or give the source a host: host=localhost",
			"the source is on a Unix socket, and the role %q cannot be the name of an account, as peer authentication requires", a.name)
	}
	return a, nil
}

// exists reports whether this machine has the account.
func exists(name string) bool {
	_, err := user.Lookup(name)
	return err == nil
}

// remedy is what makes the service work without a file that systemd hides from it.
func (o *scheduleOptions) remedy(path string) string {
	if o.job.source.IsSocket() && path == o.job.source.Host() {
		return "give the source a host (host=localhost), or use cron"
	}
	return "move it to /usr/local or /etc, or use cron"
}
