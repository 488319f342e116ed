package config

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
)

// DefaultTarget is the development database of Human Essentials.
const DefaultTarget = "diaper_dev"

// Database is a database as its settings name it, not yet resolved against
// libpq's own variables.
type Database struct {
	// Text is a URI, a conninfo string or a database name. It may hold a
	// password: it is not for messages.
	Text string
	// Defaults are libpq keywords (host, user, password, dbname) from the
	// application's own variables, with an origin such as "PG_HOST" or "PG_HOST in
	// .env". They belong together: see Params for a Text that names a host.
	Defaults map[string]Value
	// Assumed are what the application assumes where Defaults say nothing.
	Assumed map[string]Value
	// Origin is the place that named the database.
	Origin string

	variable func(name string) Value // libpq's variables; nil: none
	secret   string                  // where the application's password would be set
	dotenv   map[string]variable     // those of variable that are from .env files
}

// ByApplication is the origin of a value that the application assumes.
const ByApplication = "the application's default"

// Params returns the libpq keywords of the database, given those that its Text
// says. If that names a server, the application's user and password are added only
// where it is the application's, and the password only for the application's user.
func (d Database) Params(said map[string]string) map[string]string {
	merged := map[string]string{}
	for keyword, v := range d.params(said) {
		merged[keyword] = v.Text
	}
	return merged
}

// Named reports whether a setting names the database, its server or its role. libpq's
// PGHOST and the like do not count: they hold for every database.
func (d Database) Named() bool {
	for keyword := range d.Defaults {
		if keyword != "dbname" {
			return true
		}
	}
	return d.Origin != ByDefault || len(d.Assumed) > 0
}

// params is Params with origins.
func (d Database) params(said map[string]string) map[string]Value {
	merged := map[string]Value{}
	switch near := d.near(said); {
	case near && said["host"] == "":
		maps.Copy(merged, d.Assumed)
		maps.Copy(merged, d.Defaults)
	case near:
		if user, ok := d.Defaults["user"]; ok {
			merged["user"] = user
		}
		own := cmp.Or(d.Defaults["user"].Text, d.Assumed["user"].Text)
		if password, ok := d.Defaults["password"]; ok && own == cmp.Or(said["user"], d.Defaults["user"].Text) {
			merged["password"] = password
		}
	}
	for keyword, text := range said {
		merged[keyword] = Value{text, d.Origin}
	}
	return merged
}

// near reports whether the server that the text names is the one that the
// application's variables are about. No other gets a password of theirs.
func (d Database) near(said map[string]string) bool {
	if said["service"] != "" {
		return false
	}
	host := said["host"]
	own := cmp.Or(d.Defaults["host"].Text, d.Assumed["host"].Text, d.dotenv["PGHOST"].text)
	return host == "" || strings.EqualFold(host, own) || isLoopback(host) && (isLoopback(own) || isSocket(own))
}

// isLoopback reports whether a host is this machine, over TCP.
func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback() || strings.EqualFold(host, "localhost")
}

// isSocket reports whether a host is the folder of a Unix socket, or none, which
// may lead to one.
func isSocket(host string) bool { return host == "" || strings.HasPrefix(host, "/") }

// Variable returns a variable of libpq's, as the connection will find it: of the
// environment, else of a .env file, which counts only for the server that it is
// about. said are the libpq keywords of the text.
func (d Database) Variable(said map[string]string, name string) (v Value, ok bool) {
	if d.variable == nil {
		return Value{}, false
	}
	if v = d.variable(name); v.Text != "" {
		return v, true
	}
	of, ok := d.dotenv[name]
	own := d.dotenv["PGUSER"].text
	others := name == "PGPASSWORD" && said["user"] != "" && own != "" && said["user"] != own
	if !ok || of.text == "" || others || !d.near(said) {
		return Value{}, false
	}
	return Value{of.text, of.origin}, true
}

// Source resolves the database to dump. There is no default: when nothing
// names one, the error says what would.
func (s *Sources) Source(flags Flags) (Database, error) {
	if err := flags.check(); err != nil {
		return Database{}, err
	}
	v := s.find(flags, "source")
	d := Database{Text: v.Text, Origin: v.Origin, Defaults: map[string]Value{}, variable: s.libpq}
	d.pick(s.env, map[string]string{
		"DIAPER_DB_HOST": "host", "DIAPER_DB_USERNAME": "user",
		"DIAPER_DB_PASSWORD": "password", "DIAPER_DB_DATABASE": "dbname",
	})
	if d.Text != "" {
		return d, nil
	}
	for _, name := range []string{"DIAPER_DB_DATABASE", "DIAPER_DB_HOST", "PGDATABASE", "PGSERVICE", "PGHOST"} {
		if s.env[name] != "" {
			d.Origin = name
			return d, nil
		}
	}
	return Database{}, fault.New(fault.Usage,
		`name it with --source or HECTL_SOURCE, for example HECTL_SOURCE="postgres://backup@db.example.com/app_production" (DIAPER_DB_* and PGDATABASE work too)`,
		"no source database is set")
}

// Target resolves the database to replace. Where the application's variables are
// set, or a .env file mentions one, it is the application's; the rest is up to
// libpq's.
func (s *Sources) Target(flags Flags) (Database, error) {
	if err := flags.check(); err != nil {
		return Database{}, err
	}
	v := s.find(flags, "target")
	d := Database{Text: v.Text, Origin: v.Origin, Defaults: map[string]Value{}, Assumed: map[string]Value{}, variable: s.libpq, dotenv: map[string]variable{}}
	ours := false
	for name, keyword := range applicationNames() {
		value, mentioned, err := s.application(name)
		if err != nil {
			return Database{}, err
		}
		ours = ours || mentioned
		if value.Text != "" {
			d.Defaults[keyword] = value
		}
	}
	if err := s.checkDotenv(&d); err != nil {
		return Database{}, err
	}
	if ours {
		d.secret = s.passwordName()
		d.Assumed["host"], d.Assumed["user"] = Value{"localhost", ByApplication}, Value{"postgres", ByApplication}
	}
	service, _ := d.Variable(nil, "PGSERVICE")
	database, _ := d.Variable(nil, "PGDATABASE")
	switch {
	case d.Text != "":
	case service.Text != "" && !ours:
		d.Origin = service.Origin
	case database.Text != "":
		d.Origin = database.Origin
	default:
		d.Defaults["dbname"] = Value{DefaultTarget, d.Origin}
	}
	return d, nil
}

// PasswordName is where a password for the database would be set, "" where the
// application has nothing to say about that. said are the libpq keywords of its text.
func (d Database) PasswordName(said map[string]string) string {
	if user := said["user"]; !d.near(said) || user != "" && user != cmp.Or(d.Defaults["user"].Text, d.Assumed["user"].Text) {
		return ""
	}
	return d.secret
}

// passwordName is the application's variable for the password, in the file that
// mentions one of the application's if there is one.
func (s *Sources) passwordName() string {
	for _, name := range []string{"PG_PASSWORD", "PG_USERNAME", "PG_HOST"} {
		if _, file, ok := strings.Cut(s.dotenv().variables[name].origin, " in "); ok {
			return "PG_PASSWORD in " + file
		}
	}
	return "PG_PASSWORD"
}

// libpq is a variable of the environment.
func (s *Sources) libpq(name string) Value { return Value{s.env[name], name} }

// checkDotenv gives d libpq's variables of the .env files. One that cannot be read,
// or that names the kind of environment and cannot, is an error, unless the
// environment sets it.
func (s *Sources) checkDotenv(d *Database) error {
	for name, v := range s.dotenv().variables {
		libpq := slices.Contains(libpqNames(), name)
		if s.env[name] != "" || !libpq && !slices.Contains(EnvironmentNames(), name) {
			continue
		}
		if v.err != nil {
			return v.err
		}
		if libpq {
			d.dotenv[name] = v
		}
	}
	return nil
}

// pick takes the values of the named variables that are set as defaults.
func (d *Database) pick(env, names map[string]string) {
	for name, keyword := range names {
		if v := env[name]; v != "" {
			d.Defaults[keyword] = Value{v, name}
		}
	}
}

// Origins names all places that say which database it is, given the libpq
// keywords that its Text says. libpq's own variables are not among them, nor is
// what the application assumes.
func (d Database) Origins(said map[string]string) []string {
	origins := []string{d.Origin}
	params := d.params(said)
	for _, keyword := range []string{"dbname", "host", "user", "password"} {
		if name := params[keyword].Origin; name != "" && name != ByApplication && !slices.Contains(origins, name) {
			origins = append(origins, name)
		}
	}
	return origins
}

// OriginOf returns where the value of a libpq keyword comes from, "" where neither
// the settings nor the application say it.
func (d Database) OriginOf(said map[string]string, keyword string) string {
	return d.params(said)[keyword].Origin
}
