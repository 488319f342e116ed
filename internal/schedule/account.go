package schedule

import (
	"fmt"
	"os/user"
	"regexp"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Account is the user that runs the service. The zero value is a dynamic user, which
// exists only while the service runs.
type Account struct {
	Name      string // name of an existing account; "" for a dynamic user
	SharesTmp bool   // the service must see the machine's /tmp, where the source's socket is
	Reason    string // sentence that explains the choice of the account
}

// accountForm is the form that useradd accepts, capitals included.
var accountForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,30}$`)

// NewAccount chooses the account that runs the service: the given one, or, for a
// source on a Unix socket, the account with the name of the role. There, peer
// authentication is usual, and a dynamic user matches no role. socket is the folder
// of the socket, or "" for a source with a host. The error is a fault.Usage.
func NewAccount(given, socket, role string) (Account, error) {
	a := Account{Name: given, Reason: "The account that --user names."}
	if given != "" && !accountForm.MatchString(given) {
		return a, fault.New(fault.Usage, "give the name of an account, as in /etc/passwd", "--user %s is not the name of an account", fault.Quote(given))
	}
	if socket == "" {
		if given == "" {
			return Account{}, nil
		}
		return a, nil
	}
	for _, dir := range []string{"/tmp", "/var/tmp"} {
		a.SharesTmp = a.SharesTmp || strings.HasPrefix(socket+"/", dir+"/")
	}
	if given != "" {
		return a, nil
	}
	a.Name = role
	a.Reason = fmt.Sprintf("The source is on a Unix socket, where peer authentication accepts only the account %s.", role)
	if !accountForm.MatchString(role) {
		return a, fault.New(fault.Usage, "name an account with --user and map it to the role in pg_ident.conf, or give the source a host: host=localhost",
			"the source is on a Unix socket, where peer authentication requires an account with the name of the role, but the role %q cannot be the name of an account", role)
	}
	return a, nil
}

// Exists reports whether this machine has the account.
func (a Account) Exists() bool {
	_, err := user.Lookup(a.Name)
	return err == nil
}

// Visible reports whether a service with ProtectHome= and PrivateTmp= can see path.
func Visible(path string) bool {
	return !slices.ContainsFunc([]string{"/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/"}, func(hidden string) bool {
		return strings.HasPrefix(path+"/", hidden)
	})
}
