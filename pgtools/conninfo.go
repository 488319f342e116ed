package pgtools

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/rubyforgood/hectl/internal/libpq"
)

// Args returns the arguments that connect a libpq program to c. environ has the secrets.
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

// Conninfo returns a connection string for a crontab or a systemd unit. It reaches the same
// database in any environment and contains no password.
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

// Files returns the paths in c, unchanged: certificates, keys, a password file other than
// the default, and the directory of the server's socket.
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

// environ returns base as the environment of a child that connects to c: without the
// caller's PG* variables, and with PGPASSWORD if the password is known.
//
// A parameter from the environment that older versions of libpq do not recognize stays a
// variable. An older pg_dump ignores the variable, but would reject the argument.
func (c Conn) environ(base []string) []string {
	env := slices.DeleteFunc(slices.Clone(base), func(kv string) bool {
		return strings.HasPrefix(kv, "PG")
	})
	if c.settings == nil {
		return env
	}
	for _, key := range slices.Sorted(maps.Keys(c.settings().inherited)) {
		kw, _ := libpq.Lookup(key)
		env = append(env, kw.Variable+"="+c.settings().inherited[key])
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

// CommandEnviron returns base as the environment of a program that the user configured to
// work on c. It points the variables of libpq, Rails and the application to c, and removes
// variables for other databases, AWS credentials and hectl's settings.
func (c Conn) CommandEnviron(base []string) []string {
	env := slices.DeleteFunc(c.environ(base), func(kv string) bool {
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
		// Set an empty value too: programs treat it as unset, but dotenv does not
		// overwrite it.
		env = append(env, pair.name+"="+pair.value)
	}
	for _, kw := range libpq.Keywords() {
		if value := c.get(kw.Name); kw.Variable != "" && value != "" && kw.Name != "connect_timeout" && !slices.ContainsFunc(env, func(kv string) bool { return strings.HasPrefix(kv, kw.Variable+"=") }) {
			env = append(env, kw.Variable+"="+value)
		}
	}
	return env
}

// uri returns c as a URI with its password. The host may be a socket directory, with %2F
// for each slash, as libpq, Rails, Django and node-postgres accept it.
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
