package pgtools

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/libpq"
)

// parseURI parses a URI after its scheme, like libpq: the user information ends at an @
// before the first slash, and host and database are percent-decoded.
func parseURI(s string) (Params, error) {
	p := Params{}
	// Other parsers would end the URI at the # and connect to another server.
	if strings.Contains(s, "#") {
		return nil, fault.New(fault.Usage, "write # as %23", "connection URI: it contains a #")
	}
	set := func(key, encoded string) error {
		if encoded == "" {
			return nil
		}
		if key == "dbname" && strings.ContainsAny(encoded, "@:") {
			return fault.New(fault.Usage, encodeHint, "connection URI: the database contains an @ or a :, as if a password contained a /")
		}
		v, err := percentDecode(encoded)
		if err != nil {
			return fault.New(fault.Usage, encodeHint, "connection URI: the %s: %w", key, err)
		}
		p[key] = v
		return nil
	}

	if i := strings.IndexAny(s, "@/"); i >= 0 && s[i] == '@' {
		user, password, _ := strings.Cut(s[:i], ":")
		s = s[i+1:]
		if err := set("user", user); err != nil {
			return nil, err
		}
		if err := set("password", password); err != nil {
			return nil, err
		}
	}

	authority, query, hasQuery := s, "", false
	path := ""
	if i := strings.IndexAny(s, "/?"); i >= 0 {
		authority = s[:i]
		path, query, hasQuery = strings.Cut(s[i:], "?")
		path = strings.TrimPrefix(path, "/")
	}
	host, port, err := splitHostPort(authority)
	if err != nil {
		return nil, err
	}
	for _, part := range []struct{ key, encoded string }{{"host", host}, {"port", port}, {"dbname", path}} {
		if err := set(part.key, part.encoded); err != nil {
			return nil, err
		}
	}
	if hasQuery {
		if err := parseQuery(query, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// splitHostPort splits the authority of a URI. IPv6 addresses are in brackets.
func splitHostPort(s string) (host, port string, err error) {
	if rest, ok := strings.CutPrefix(s, "["); ok {
		host, after, ok := strings.Cut(rest, "]")
		if !ok || host == "" {
			return "", "", fault.New(fault.Usage, "write an IPv6 address as [::1]", "connection URI: the IPv6 address in brackets is empty or unfinished")
		}
		if after == "" {
			return host, "", nil
		}
		if port, ok = strings.CutPrefix(after, ":"); !ok {
			return "", "", fault.New(fault.Usage, "", "connection URI: only a port or a database may follow the IPv6 address")
		}
		return host, port, nil
	}
	host, port, _ = strings.Cut(s, ":")
	return host, port, nil
}

// parseQuery adds the parameters of a URI's query. The last of repeated parameters wins.
func parseQuery(query string, p Params) error {
	for i, pair := range strings.Split(query, "&") {
		where := fmt.Sprintf("connection URI: parameter %d", i+1)
		rawKey, rawValue, ok := strings.Cut(pair, "=")
		if !ok || strings.Contains(rawValue, "=") {
			return fault.New(fault.Usage, encodeHint, "%s is not of the form keyword=value", where)
		}
		key, err := percentDecode(rawKey)
		if err != nil {
			return fault.New(fault.Usage, encodeHint, "%s: its keyword: %w", where, err)
		}
		value, err := percentDecode(rawValue)
		if err != nil {
			return fault.New(fault.Usage, encodeHint, "%s: its value: %w", where, err)
		}
		if key == "ssl" && value == "true" { // JDBC's spelling, which libpq accepts in URIs
			key, value = "sslmode", "require"
		}
		if _, known := libpq.Lookup(key); !known {
			return unknownKeyword(where, key)
		}
		named := key == "user" || key == "dbname" || key == "service"
		if named && strings.ContainsAny(rawValue, "@:") {
			return fault.New(fault.Usage, encodeHint, "%s: its value contains an @ or a :", where)
		}
		p[key] = value
	}
	return nil
}

// parseConninfo parses keyword=value pairs. Spaces around the =, single quotes around
// values, and backslash escapes are allowed.
func parseConninfo(s string) (Params, error) {
	const space = " \t\n\r\v\f"
	p := Params{}
	for n := 1; ; n++ {
		where := fmt.Sprintf("conninfo: setting %d", n)
		s = strings.TrimLeft(s, space)
		if s == "" {
			return p, nil
		}
		i := strings.IndexAny(s, "="+space)
		if i < 0 {
			return nil, fault.New(fault.Usage, "put a value with spaces in single quotes", "%s has no =", where)
		}
		key := s[:i]
		s = strings.TrimLeft(s[i:], space)
		if !strings.HasPrefix(s, "=") {
			return nil, fault.New(fault.Usage, "put a value with spaces in single quotes", "%s has no =", where)
		}
		value, rest, ok := cutValue(strings.TrimLeft(s[1:], space))
		if !ok {
			return nil, fault.New(fault.Usage, "", "%s: its quoted value is not closed", where)
		}
		if _, known := libpq.Lookup(key); !known {
			return nil, unknownKeyword(where, key)
		}
		p[key], s = value, rest
	}
}

// cutValue cuts the first value off a conninfo.
func cutValue(s string) (value, rest string, ok bool) {
	s, quoted := strings.CutPrefix(s, "'")
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			if i++; i < len(s) { // a backslash at the end is ignored
				b.WriteByte(s[i])
			}
		case quoted && c == '\'':
			return b.String(), s[i+1:], true
		case !quoted && strings.IndexByte(" \t\n\r\v\f", c) >= 0:
			return b.String(), s[i:], true
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), "", !quoted
}

func unknownKeyword(where, key string) error {
	hint := "use one of the connection parameters of libpq: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS"
	if near := libpq.Nearest(key); near != "" {
		hint = "did you mean " + near + "?"
	}
	return fault.New(fault.Usage, hint, "%s has a keyword that libpq does not recognize", where)
}

// percentDecode decodes %XX. It does not decode plus signs.
func percentDecode(s string) (string, error) {
	decoded, err := url.PathUnescape(s)
	if err != nil { // err quotes a part of s
		return "", errors.New("a % is not followed by two hexadecimal digits")
	}
	return decoded, nil
}
