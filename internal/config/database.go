package config

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/libpq"
)

// DefaultTarget is the development database of Human Essentials.
const DefaultTarget = "diaper_dev"

// Database is a database as its settings name it, before libpq's variables apply.
type Database struct {
	// Text is a URI, a conninfo string or a database name. It may contain a password,
	// so messages must not include it.
	Text string
	// Defaults are libpq keywords (host, user, password, dbname) from the application's
	// variables, with an origin such as "PG_HOST" or "PG_HOST in .env". They belong
	// together: see Params for a Text that names a host.
	Defaults map[string]Value
	// Assumed are the application's own defaults for keywords without a variable.
	Assumed map[string]Value
	// Origin is the place that named the database.
	Origin string

	variable func(name string) Value // looks up libpq's variables in the environment; nil for none
	secret   string                  // place where the application's password would be set
	dotenv   map[string]variable     // libpq's variables in .env files
}

// byApplication is the origin of the application's own defaults.
const byApplication = "the application's default"

// Params returns the libpq keywords of the database, given the keywords of its Text. If
// Text names a server, Params adds the application's user and password only for the
// application's own server, and the password only for the application's user.
func (d Database) Params(keywords map[string]string) map[string]string {
	merged := map[string]string{}
	for keyword, v := range d.params(keywords) {
		merged[keyword] = v.Text
	}
	return merged
}

// IsNamed reports whether a setting names the database, its server or its role. It
// ignores libpq's variables, such as PGHOST, which apply to every database.
func (d Database) IsNamed() bool {
	for keyword := range d.Defaults {
		if keyword != "dbname" {
			return true
		}
	}
	return d.Origin != ByDefault || len(d.Assumed) > 0
}

// params is like Params, but returns values with origins.
func (d Database) params(keywords map[string]string) map[string]Value {
	merged := map[string]Value{}
	switch near := d.near(keywords); {
	case near && keywords["host"] == "":
		maps.Copy(merged, d.Assumed)
		maps.Copy(merged, d.Defaults)
	case near:
		if user, ok := d.Defaults["user"]; ok {
			merged["user"] = user
		}
		own := cmp.Or(d.Defaults["user"].Text, d.Assumed["user"].Text)
		if password, ok := d.Defaults["password"]; ok && own == cmp.Or(keywords["user"], d.Defaults["user"].Text) {
			merged["password"] = password
		}
	}
	for keyword, text := range keywords {
		merged[keyword] = Value{text, d.Origin}
	}
	return merged
}

// near reports whether the text names the server of the application's variables. Only
// that server receives their password.
func (d Database) near(keywords map[string]string) bool {
	if keywords["service"] != "" {
		return false
	}
	host := keywords["host"]
	own := cmp.Or(d.Defaults["host"].Text, d.Assumed["host"].Text, d.dotenv["PGHOST"].text)
	isSocket := own == "" || strings.HasPrefix(own, "/") // without a host, libpq can select a socket
	return host == "" || strings.EqualFold(host, own) || isLoopback(host) && (isLoopback(own) || isSocket)
}

// isLoopback reports whether a host is this machine over TCP.
func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback() || strings.EqualFold(host, "localhost")
}

// Variable returns a variable of libpq as the connection finds it: from the environment,
// else from a .env file, which applies only to its own server. keywords are the libpq
// keywords of Text.
func (d Database) Variable(keywords map[string]string, name string) (v Value, ok bool) {
	if d.variable == nil {
		return Value{}, false
	}
	if v = d.variable(name); v.Text != "" {
		return v, true
	}
	of, ok := d.dotenv[name]
	own := d.dotenv["PGUSER"].text
	others := name == "PGPASSWORD" && keywords["user"] != "" && own != "" && keywords["user"] != own
	if !ok || of.text == "" || others || !d.near(keywords) {
		return Value{}, false
	}
	return Value{of.text, of.origin}, true
}

// Source resolves the database to dump. There is no default; the error lists the
// settings that can name one.
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

// Target resolves the database to replace. If a variable of the application is set or
// occurs in a .env file, Target returns the application's database. Otherwise libpq's
// variables apply.
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
		d.Assumed["host"], d.Assumed["user"] = Value{"localhost", byApplication}, Value{"postgres", byApplication}
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

// PasswordName returns the application's variable for the password of the database, "" if
// no such variable applies. keywords are the libpq keywords of Text.
func (d Database) PasswordName(keywords map[string]string) string {
	if user := keywords["user"]; !d.near(keywords) || user != "" && user != cmp.Or(d.Defaults["user"].Text, d.Assumed["user"].Text) {
		return ""
	}
	return d.secret
}

// passwordName returns the application's variable for the password, with the .env file
// that has one of the application's variables, if any.
func (s *Sources) passwordName() string {
	for _, name := range []string{"PG_PASSWORD", "PG_USERNAME", "PG_HOST"} {
		if _, file, ok := strings.Cut(s.dotenv().variables[name].origin, " in "); ok {
			return "PG_PASSWORD in " + file
		}
	}
	return "PG_PASSWORD"
}

// libpq returns an environment variable.
func (s *Sources) libpq(name string) Value { return Value{s.env[name], name} }

// checkDotenv adds libpq's variables from the .env files to d. A variable of libpq or of
// EnvironmentNames that cannot be read is an error, unless the environment sets it.
func (s *Sources) checkDotenv(d *Database) error {
	for name, v := range s.dotenv().variables {
		isLibpqs := slices.Contains(libpq.Variables(), name)
		if s.env[name] != "" || !isLibpqs && !slices.Contains(EnvironmentNames(), name) {
			continue
		}
		if v.err != nil {
			return v.err
		}
		if isLibpqs {
			d.dotenv[name] = v
		}
	}
	return nil
}

// pick adds the values of the named variables to Defaults.
func (d *Database) pick(env, names map[string]string) {
	for name, keyword := range names {
		if v := env[name]; v != "" {
			d.Defaults[keyword] = Value{v, name}
		}
	}
}

// Origins returns the places that determine the database, given the libpq keywords of
// its Text. It omits libpq's variables and the application's own defaults.
func (d Database) Origins(keywords map[string]string) []string {
	origins := []string{d.Origin}
	params := d.params(keywords)
	for _, keyword := range []string{"dbname", "host", "user", "password"} {
		if name := params[keyword].Origin; name != "" && name != byApplication && !slices.Contains(origins, name) {
			origins = append(origins, name)
		}
	}
	return origins
}

// OriginOf returns the origin of a libpq keyword, "" if neither a setting nor the
// application sets it.
func (d Database) OriginOf(keywords map[string]string, keyword string) string {
	return d.params(keywords)[keyword].Origin
}
