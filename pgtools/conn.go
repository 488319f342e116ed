package pgtools

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Conn has resolved connection settings. It is complete and immutable; the zero Conn has
// no settings. No format verb prints its password.
type Conn struct {
	// settings is a function because fmt does not call Format on a Conn in an unexported
	// field of another type: it would print the settings, and for a wrong verb even follow
	// a pointer to them.
	settings func() *settings
}

func newConn(s settings) Conn { return Conn{func() *settings { return &s }} }

type settings struct {
	params    Params            // by libpq keyword; includes passfile, but not service
	inherited Params            // the params passed to children as variables; see environ
	home      string            // the user's home directory, for libpq's default files
	origins   map[string]string // the origin of each param; see from
	secret    string            // the setting that names the password; "" means PGPASSWORD
	token     Token             // creates the password for each connection; nil: password or passfile
}

// A Token creates a password that expires soon.
type Token func(ctx context.Context) (string, error)

func (c Conn) get(key string) string {
	if c.settings == nil {
		return ""
	}
	return c.settings().params[key]
}

// Host returns the host name, address, or socket directory.
func (c Conn) Host() string { return c.get("host") }

// Port returns the port. A Unix socket has it in its file name.
func (c Conn) Port() int {
	n, _ := strconv.Atoi(c.get("port")) // checked by Resolve
	return n
}

// User returns the role to connect as.
func (c Conn) User() string { return c.get("user") }

// Database returns the name of the database.
func (c Conn) Database() string { return c.get("dbname") }

// WithDatabase returns c with another database on the same server.
func (c Conn) WithDatabase(name string) Conn {
	return c.changed(func(s *settings) {
		s.params["dbname"] = name
		delete(s.origins, "dbname")
	})
}

// changed returns c with a changed copy of its settings. It returns the zero Conn
// unchanged.
func (c Conn) changed(change func(s *settings)) Conn {
	if c.settings == nil {
		return c
	}
	s := *c.settings()
	s.params, s.inherited, s.origins = maps.Clone(s.params), maps.Clone(s.inherited), maps.Clone(s.origins)
	change(&s)
	return newConn(s)
}

// WithOrigins returns c with new origins for its values. from gets a libpq keyword and its
// known origin (a variable, a service, ByLibpq, or "" for the Params of Resolve) and
// returns the new one. secret names the setting for a password.
func (c Conn) WithOrigins(from func(keyword, known string) string, secret string) Conn {
	return c.changed(func(s *settings) {
		origins := map[string]string{}
		for keyword := range s.params {
			if origin := from(keyword, s.origins[keyword]); origin != "" {
				origins[keyword] = origin
			}
		}
		s.origins, s.secret = origins, secret
	})
}

// WithToken returns c with a new password for every connection. A token from the start of
// a run expires, but hectl may connect again hours later to see why pg_dump is waiting.
func (c Conn) WithToken(token Token) Conn {
	return c.changed(func(s *settings) { s.token = token })
}

// fresh returns c with a new token for a connection that is made immediately.
func (c Conn) fresh(ctx context.Context) (Conn, error) {
	if !c.hasToken() {
		return c, nil
	}
	password, err := c.settings().token(ctx)
	if err != nil {
		return c, fmt.Errorf("connect to %v: %w", c, err)
	}
	return c.changed(func(s *settings) { s.params["password"] = password }), nil
}

func (c Conn) hasToken() bool { return c.settings != nil && c.settings().token != nil }

// withSettings returns c with initial values for server parameters.
func (c Conn) withSettings(values map[string]string) Conn {
	if len(values) == 0 {
		return c
	}
	options := []string{c.get("options")}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		value := strings.NewReplacer(`\`, `\\`, ` `, `\ `).Replace(values[name])
		options = append(options, "-c "+name+"="+value)
	}
	return c.changed(func(s *settings) {
		s.params["options"] = strings.TrimSpace(strings.Join(options, " "))
		delete(s.inherited, "options")
	})
}

// IsSocket reports whether the host is the directory of a Unix socket.
func (c Conn) IsSocket() bool { return strings.HasPrefix(c.Host(), "/") }

// IsLocal reports whether the host names this machine: a Unix socket, a loopback address,
// localhost or a subdomain of it. The near end of a tunnel is also local, so hectl's guard
// checks more than this.
func (c Conn) IsLocal() bool {
	if c.IsSocket() {
		return true
	}
	host := c.canonicalHost()
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Unmap().IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// rdsHost matches the endpoints of Amazon RDS and Aurora. The region comes before "rds",
// except that in China it usually comes after.
var rdsHost = regexp.MustCompile(`\.(?:(?:([a-z0-9-]+)\.)?rds|rds\.([a-z0-9-]+))\.amazonaws\.com(?:\.cn)?$`)

// IsRDS reports whether the host is an endpoint of Amazon RDS or Aurora.
func (c Conn) IsRDS() bool { return rdsHost.MatchString(c.canonicalHost()) }

// RDSRegion returns the AWS region in the name of an RDS endpoint, or "" if there is none.
func (c Conn) RDSRegion() string {
	match := rdsHost.FindStringSubmatch(c.canonicalHost())
	if match == nil {
		return ""
	}
	return match[1] + match[2]
}

// NeedsTLS reports whether c refuses connections without TLS.
func (c Conn) NeedsTLS() bool {
	return !c.IsSocket() && slices.Contains([]string{"require", "verify-ca", "verify-full"}, c.get("sslmode"))
}

// canonicalHost returns the host in lower case, without a final dot.
func (c Conn) canonicalHost() string {
	return strings.TrimSuffix(strings.ToLower(c.Host()), ".")
}

// Fingerprint identifies the database without naming it: the SHA-256, in hexadecimal, of
// the host in lower case and without a final dot, the port and the database, each followed
// by a NUL byte. All names of this machine, including Unix sockets, become localhost.
func (c Conn) Fingerprint() string {
	host := c.canonicalHost()
	if c.IsLocal() {
		host = "localhost"
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%s\x00", host, c.Port(), c.Database()))
	return hex.EncodeToString(sum[:])
}

// FingerprintFrom returns a Fingerprint to use outside this machine, whose name is
// hostname. Local databases of different machines have different fingerprints, although all
// are on localhost.
func (c Conn) FingerprintFrom(hostname string) string {
	if !c.IsLocal() {
		return c.Fingerprint()
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s", strings.ToLower(hostname), c.Fingerprint()))
	return hex.EncodeToString(sum[:])
}

// String returns user@host:port/database.
func (c Conn) String() string {
	if c.settings == nil {
		return "(no connection)"
	}
	return c.User() + "@" + net.JoinHostPort(c.Host(), c.get("port")) + "/" + c.Database()
}

// Format implements fmt.Formatter: it prints String for every verb.
func (c Conn) Format(f fmt.State, verb rune) {
	if verb == 'q' {
		_, _ = fmt.Fprintf(f, "%q", c.String())
		return
	}
	_, _ = fmt.Fprint(f, c.String())
}

// GoString implements fmt.GoStringer with String.
func (c Conn) GoString() string { return c.String() }

// LogValue implements slog.LogValuer with String.
func (c Conn) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText implements encoding.TextMarshaler with String.
func (c Conn) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
