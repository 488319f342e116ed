package projectfiles

import "strings"

// family is a set of variables that applications use for a database.
type family struct {
	name, user []string
	host, port string
	kind       []string // variables with the kind of server
	own        bool     // only Postgres uses these names
}

func families() []family {
	return []family{
		{name: []string{"PGDATABASE"}, user: []string{"PGUSER"}, host: "PGHOST", port: "PGPORT", own: true},
		{name: []string{"PG_DATABASE", "PG_DB"}, user: []string{"PG_USERNAME", "PG_USER"}, host: "PG_HOST", port: "PG_PORT", own: true},
		{name: []string{"POSTGRES_DB", "POSTGRES_DATABASE"}, user: []string{"POSTGRES_USER", "POSTGRES_USERNAME"}, host: "POSTGRES_HOST", port: "POSTGRES_PORT", own: true},
		{name: []string{"DB_NAME", "DB_DATABASE"}, user: []string{"DB_USER", "DB_USERNAME"}, host: "DB_HOST", port: "DB_PORT", kind: []string{"DB_CONNECTION", "DB_ADAPTER", "DB_ENGINE", "DB_DRIVER", "DB_DIALECT", "DB_TYPE", "DB_CLIENT"}},
		{name: []string{"DATABASE_NAME"}, user: []string{"DATABASE_USER", "DATABASE_USERNAME"}, host: "DATABASE_HOST", port: "DATABASE_PORT", kind: []string{"DATABASE_ADAPTER", "DATABASE_ENGINE", "DATABASE_TYPE", "DATABASE_CLIENT"}},
	}
}

// dotenv returns the databases that common variables in .env files name. DB_NAME and the
// like can belong to a different kind of server, so another variable, the port or a
// Compose service (postgres) must indicate Postgres.
func (p Project) dotenv(postgres bool) []Database {
	variables := p.variables("")
	firstOf := func(names ...string) value {
		for _, name := range names {
			if v := fromVariable(variables, name); v.Text != "" && !strings.HasSuffix(v.Origin, " in the environment") {
				return v
			}
		}
		return value{}
	}
	var all []Database
	for _, f := range families() {
		name, port, kind := firstOf(f.name...), firstOf(f.port), firstOf(f.kind...)
		if name.Text == "" || kind.Text != "" && !isPostgres(kind.Text) {
			continue
		}
		if !f.own && kind.Text == "" && !strings.HasPrefix(port.Text, "54") && (!postgres || port.Text != "") {
			continue
		}
		all = append(all, newDatabase(name.Origin, name, firstOf(f.host), port, firstOf(f.user...)))
	}
	return all
}
