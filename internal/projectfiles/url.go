package projectfiles

import (
	"cmp"
	"net/url"
	"strings"
)

// parseURL returns the database of a URL, without the password. It returns false if the
// URL is not for Postgres.
func parseURL(from Part) (Database, bool) {
	text := strings.TrimPrefix(strings.TrimSpace(from.Text), "jdbc:")
	scheme, _, ok := strings.Cut(text, ":")
	if scheme, _, _ = strings.Cut(scheme, "+"); !ok || !isPostgres(scheme) {
		return Database{}, false
	}
	u, err := url.Parse(text)
	if err != nil {
		return Database{}, false
	}
	part := func(text string) Part {
		v := from
		v.Text = text
		return v
	}
	query := u.Query()
	or := func(text, key string) string { return cmp.Or(text, query.Get(key)) }
	return Database{
		Name: part(or(strings.TrimPrefix(u.Path, "/"), "dbname")), Host: part(or(u.Hostname(), "host")), Port: part(or(u.Port(), "port")),
		User: part(or(u.User.Username(), "user")), Origin: from.Origin,
	}, true
}

// override replaces the parts of d that are set in of.
func (d *Database) override(of Database) {
	for _, pair := range [][2]*Part{{&d.Name, &of.Name}, {&d.Host, &of.Host}, {&d.Port, &of.Port}, {&d.User, &of.User}} {
		if pair[1].Text != "" {
			*pair[0] = *pair[1]
		}
	}
}

// databaseURL returns the database of DATABASE_URL, which all kinds of applications use.
func (p Project) databaseURL() []Database {
	d, ok := parseURL(Part{p.variables("")["DATABASE_URL"], "DATABASE_URL"})
	if !ok {
		return nil
	}
	return []Database{d}
}
