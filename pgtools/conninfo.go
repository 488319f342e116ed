package pgtools

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Args returns the arguments that make a libpq program connect to c, without
// any secret in them: Environ has that.
func (c Conn) Args() []string {
	if c.settings == nil {
		return nil
	}
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(c.settings().params)) {
		if _, inherited := c.settings().inherited[key]; inherited || key == "password" || key == "passfile" {
			continue
		}
		pairs = append(pairs, key+"="+QuoteConninfo(c.settings().params[key]))
	}
	return []string{"--dbname", strings.Join(pairs, " ")}
}

// Conninfo returns a connection string that leads to the same place in another
// environment, without the password: for a crontab or a unit.
func (c Conn) Conninfo() string {
	if c.settings == nil {
		return ""
	}
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(c.settings().params)) {
		value := c.settings().params[key]
		ownDefault := key == "connect_timeout" && value == defaultConnectTimeout || key == "passfile" && value == defaultPassfile(c.settings().home)
		if key == "password" || ownDefault {
			continue
		}
		if value == "" || strings.ContainsAny(value, " \t\r\n\f\v'\\") {
			value = QuoteConninfo(value)
		}
		pairs = append(pairs, key+"="+value)
	}
	return strings.Join(pairs, " ")
}

// Files returns the paths that c names, as it names them: of certificates, keys
// and the password file, and the folder of the server's socket.
func (c Conn) Files() []string {
	var files []string
	if host := c.get("host"); strings.HasPrefix(host, "/") {
		files = append(files, host)
	}
	for _, key := range []string{"passfile", "sslcert", "sslkey", "sslrootcert"} {
		path := c.get(key)
		system := key == "sslrootcert" && path == "system" // the machine's own certificates
		if path != "" && !system && path != defaultPassfile(c.settings().home) {
			files = append(files, path)
		}
	}
	return files
}

// Environ returns base as the environment of a child that connects to c: no
// PG* variable of the caller's is left to redirect it, and PGPASSWORD is there
// when a password is known.
//
// A parameter that came from the environment, and that older libpqs do not
// know, stays a variable: as an argument it would stop an older pg_dump, which
// ignores the variable.
func (c Conn) Environ(base []string) []string {
	env := slices.DeleteFunc(slices.Clone(base), func(kv string) bool {
		return strings.HasPrefix(kv, "PG")
	})
	if c.settings == nil {
		return env
	}
	for _, key := range slices.Sorted(maps.Keys(c.settings().inherited)) {
		kw, _ := lookupKeyword(key)
		env = append(env, kw.env+"="+c.settings().inherited[key])
	}
	if password := c.password(); password != "" {
		env = append(env, "PGPASSWORD="+password)
	}
	return env
}

// QuoteConninfo quotes a value for a connection string of the form key=value.
func QuoteConninfo(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// CommandEnviron returns base as the environment of a program of the user's own that
// is to work on c, whatever of libpq's variables, Rails' and the application's it
// reads. What would lead it to another database is not in it, and neither are the
// credentials of AWS and the settings of hectl.
func (c Conn) CommandEnviron(base []string) []string {
	env := slices.DeleteFunc(c.Environ(base), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		name = strings.ToUpper(name)
		return strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "HECTL_") || strings.HasPrefix(name, "DIAPER_DB_") ||
			strings.HasPrefix(name, "PG_") || name == "DATABASE_URL" || name == "PRIMARY_DATABASE_URL"
	})
	if c.settings == nil {
		return env
	}
	host, port, password := c.Host(), c.get("port"), c.password()
	env = slices.DeleteFunc(env, func(kv string) bool { return strings.HasPrefix(kv, "PGPASSWORD=") })
	for _, pair := range []struct{ name, value string }{
		{"DATABASE_URL", c.uri()},
		{"PGHOST", host}, {"PGPORT", port}, {"PGUSER", c.User()}, {"PGPASSWORD", password}, {"PGDATABASE", c.Database()},
		{"PG_HOST", host}, {"PG_PORT", port}, {"PG_USERNAME", c.User()}, {"PG_PASSWORD", password},
	} {
		// An empty variable counts as unset, and keeps dotenv from setting it.
		env = append(env, pair.name+"="+pair.value)
	}
	for _, kw := range keywords() {
		if value := c.get(kw.name); kw.env != "" && value != "" && kw.name != "connect_timeout" && !hasVariable(env, kw.env) {
			env = append(env, kw.env+"="+value)
		}
	}
	return env
}

func hasVariable(env []string, name string) bool {
	return slices.ContainsFunc(env, func(kv string) bool { return strings.HasPrefix(kv, name+"=") })
}

// uri returns c as a URI with its password. A socket's folder is its host, with %2F
// for each slash: libpq, Rails, Django and node-postgres read it so.
func (c Conn) uri() string {
	user := url.User(c.User())
	if password := c.password(); password != "" {
		user = url.UserPassword(c.User(), password)
	}
	host := c.Host()
	switch {
	case c.IsSocket():
		host = strings.ReplaceAll(url.PathEscape(host), "/", "%2F")
	case strings.Contains(host, ":"):
		host = "[" + host + "]"
	}
	uri := "postgresql://" + user.String() + "@" + host + ":" + strconv.Itoa(c.Port()) + "/" + url.PathEscape(c.Database())
	if mode := c.get("sslmode"); mode != "" && mode != "prefer" {
		uri += "?sslmode=" + url.QueryEscape(mode)
	}
	return uri
}
