package pgtools

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/user"
	"path/filepath"

	"github.com/jackc/pgservicefile"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/libpq"
)

// An Environ looks up an environment variable, like os.LookupEnv.
type Environ func(key string) (value string, ok bool)

// Resolve returns the settings of a connection. A value comes from p, the service in p or
// PGSERVICE, the PG* variables of env, or libpq's defaults, in that order. An empty
// variable is treated as unset. The result always has a host: by default the first usual
// socket directory in which a server listens on the port, or localhost.
func (p Params) Resolve(env Environ) (Conn, error) {
	r := resolver{
		env: env,
		exists: func(path string) bool {
			_, err := os.Stat(path)
			return err == nil
		},
		account: currentAccount,
	}
	return r.resolve(p)
}

// A resolver has the facts about the machine that Resolve needs.
type resolver struct {
	env     Environ
	exists  func(path string) bool
	account func() (name, home string)
}

// currentAccount returns the user's name and home directory from the system's user
// database, because HOME and USER may be unset.
func currentAccount() (name, home string) {
	u, err := user.Current()
	if err != nil {
		return "", ""
	}
	return u.Username, u.HomeDir
}

func (r resolver) resolve(p Params) (Conn, error) {
	if err := p.check("connection settings"); err != nil {
		return Conn{}, err
	}
	fromEnv, err := r.environment()
	if err != nil {
		return Conn{}, err
	}
	name, accountHome := r.account()
	home := cmp.Or(r.lookup("HOME"), accountHome)
	fromService, err := r.service(p, home)
	if err != nil {
		return Conn{}, err
	}

	s := settings{params: Params{}, inherited: Params{}, origins: map[string]string{}}
	maps.Copy(s.params, fromEnv)
	for k := range fromEnv {
		kw, _ := libpq.Lookup(k)
		s.origins[k] = kw.Variable
		if kw.Since > oldestMajor {
			s.inherited[k] = fromEnv[k]
		}
	}
	service := cmp.Or(p["service"], r.lookup("PGSERVICE"))
	for _, layer := range []struct {
		params Params
		origin string
	}{{fromService, "service " + service}, {p, ""}} {
		for k, v := range layer.params {
			s.params[k] = v
			s.origins[k] = layer.origin
			delete(s.inherited, k)
		}
	}
	for _, kw := range libpq.Keywords() {
		if kw.Use == libpq.Dropped {
			delete(s.params, kw.Name)
			delete(s.inherited, kw.Name)
		}
	}
	delete(s.params, "service")
	delete(s.params, "servicefile")
	delete(s.inherited, "servicefile")
	given := maps.Clone(s.params)
	r.defaults(s.params, name, home)
	for k := range s.params {
		if given[k] == "" {
			s.origins[k] = ByLibpq
		}
	}
	s.home = home
	if s.params["user"] == "" {
		return Conn{}, fault.New(fault.Usage, "set PGUSER, or name the user in the connection string",
			"connection settings: no user is set, and the current user has no name on this machine")
	}
	return newConn(s), s.params.check("connection settings")
}

// oldestMajor is the oldest supported major version of PostgreSQL, for servers and client
// tools.
const oldestMajor = 12

func (r resolver) lookup(key string) string {
	v, _ := r.env(key)
	return v
}

// environment returns the parameters from the PG* variables.
func (r resolver) environment() (Params, error) {
	p := Params{}
	for _, k := range libpq.Keywords() {
		if k.Variable == "" {
			continue
		}
		v := r.lookup(k.Variable)
		if v == "" {
			continue
		}
		if k.Use == libpq.Refused {
			return nil, fault.New(fault.Usage, "unset "+k.Variable, "environment: %s cannot be used: %s", k.Variable, k.Why)
		}
		p[k.Name] = v
	}
	return p, p.check("environment (PG* variables)")
}

// Variables returns the names of the PG* variables in env that choose the database and the
// user where p does not.
func (p Params) Variables(env Environ) (names []string) {
	for _, k := range libpq.Keywords() {
		switch k.Name {
		case "host", "port", "dbname", "user", "service":
			if value, _ := env(k.Variable); value != "" && p[k.Name] == "" {
				names = append(names, k.Variable)
			}
		}
	}
	return names
}

// service reads a service from the user's service file or, if it is not defined there, from
// the system's. A service cannot refer to another one.
func (r resolver) service(p Params, home string) (Params, error) {
	name, explicit := p["service"]
	if !explicit {
		name = r.lookup("PGSERVICE")
	}
	if name == "" {
		return nil, nil //nolint:nilnil // no service: no parameters
	}
	own := cmp.Or(p["servicefile"], r.lookup("PGSERVICEFILE"), filepath.Join(home, ".pg_service.conf"))
	sysconf := cmp.Or(r.lookup("PGSYSCONFDIR"), "/etc/postgresql-common") // Debian's path
	for _, path := range []string{own, filepath.Join(sysconf, "pg_service.conf")} {
		file, err := pgservicefile.ReadServicefile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fault.New(fault.Usage, "", "service file %s: %w", path, err)
		}
		service, err := file.GetService(name)
		if err != nil {
			continue
		}
		where := "service " + name + " in " + path
		for key := range service.Settings {
			if _, known := libpq.Lookup(key); !known || key == "service" || key == "servicefile" {
				return nil, unknownKeyword(where, key)
			}
		}
		return service.Settings, Params(service.Settings).check(where)
	}
	return nil, fault.New(fault.Usage, "define it in ~/.pg_service.conf, or name another file in PGSERVICEFILE",
		"service %s: no service file defines it", name)
}

// ByLibpq is the origin of libpq's defaults.
const ByLibpq = "libpq's default"

const defaultConnectTimeout = "10" // seconds

func defaultPassfile(home string) string {
	if home == "" {
		return ""
	}
	return filepath.Join(home, ".pgpass")
}

// defaults adds the default of each unset parameter.
func (r resolver) defaults(p Params, account, home string) {
	fill := func(key string, value func() string) {
		if p[key] == "" {
			p[key] = value()
		}
	}
	fill("port", func() string { return "5432" })
	fill("host", func() string { return r.socketDir(p["port"]) })
	fill("user", func() string { return account })
	fill("dbname", func() string { return p["user"] })
	fill("connect_timeout", func() string { return defaultConnectTimeout })
	fill("passfile", func() string { return defaultPassfile(home) })
	maps.DeleteFunc(p, func(_, value string) bool { return value == "" })
}

// socketDir returns the first usual directory that has a server's socket, or localhost.
func (r resolver) socketDir(port string) string {
	for _, dir := range socketDirs() {
		if r.exists(filepath.Join(dir, ".s.PGSQL."+port)) {
			return dir
		}
	}
	return "localhost"
}

// socketDirs returns the usual directories of Unix sockets.
func socketDirs() []string {
	return []string{
		"/var/run/postgresql", // Debian, Fedora
		"/run/postgresql",     // Alpine
		"/tmp",                // PostgreSQL's default, Homebrew, Postgres.app
		"/private/tmp",        // the target of /tmp on macOS
	}
}
