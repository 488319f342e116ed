package config

import (
	"maps"
	"slices"

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
	// .env". They belong together: they hold only for a Text that names neither a
	// host nor a service.
	Defaults map[string]Value
	// Origin is the place that named the database.
	Origin string
}

// Params returns the libpq keywords of the database, given those that its Text
// says. See Database.Defaults.
func (d Database) Params(said map[string]string) map[string]string {
	if said["host"] != "" || said["service"] != "" {
		return said
	}
	merged := map[string]string{}
	for keyword, v := range d.Defaults {
		merged[keyword] = v.Text
	}
	maps.Copy(merged, said)
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
	return d.Origin != ByDefault
}

// Source resolves the database to dump. There is no default: when nothing
// names one, the error says what would.
func (s *Sources) Source(flags Flags) (Database, error) {
	if err := flags.check(); err != nil {
		return Database{}, err
	}
	v := s.find(flags, "source")
	d := Database{Text: v.Text, Origin: v.Origin, Defaults: map[string]Value{}}
	d.pick(s.env, "", map[string]string{
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

// Target resolves the database to replace.
func (s *Sources) Target(flags Flags) (Database, error) {
	if err := flags.check(); err != nil {
		return Database{}, err
	}
	v := s.find(flags, "target")
	names := map[string]string{"PG_HOST": "host", "PG_USERNAME": "user", "PG_PASSWORD": "password"}
	dotenv, err := s.dotenv()
	if err != nil {
		return Database{}, err
	}
	d := Database{Text: v.Text, Origin: v.Origin, Defaults: map[string]Value{}}
	d.pick(dotenv, " in .env", names)
	d.pick(s.env, "", names)
	switch {
	case d.Text != "":
	case s.env["PGSERVICE"] != "":
		d.Origin = "PGSERVICE"
	case s.env["PGDATABASE"] != "":
		d.Origin = "PGDATABASE"
	default:
		d.Defaults["dbname"] = Value{DefaultTarget, d.Origin}
	}
	return d, nil
}

// pick takes the values of the named variables that are set as defaults; where
// says what holds them.
func (d *Database) pick(env map[string]string, where string, names map[string]string) {
	for name, keyword := range names {
		if v := env[name]; v != "" {
			d.Defaults[keyword] = Value{v, name + where}
		}
	}
}

// Origins names all places that say which database it is, given the libpq
// keywords that its Text says. libpq's own variables are not among them.
func (d Database) Origins(said map[string]string) []string {
	origins := []string{d.Origin}
	if said["host"] != "" || said["service"] != "" {
		return origins
	}
	for _, keyword := range []string{"dbname", "host", "user", "password"} {
		if name := d.Defaults[keyword].Origin; name != "" && said[keyword] == "" && !slices.Contains(origins, name) {
			origins = append(origins, name)
		}
	}
	return origins
}
