package command

import (
	"slices"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/pgtools"
)

// Resolve returns the connection of a database in the settings. The connection records
// where each of its parts comes from.
func Resolve(d config.Database, settings *config.Sources) (pgtools.Conn, error) {
	said, err := saidIn(d)
	if err != nil {
		return pgtools.Conn{}, err
	}
	if err := settings.ConfirmDatabase(d, said); err != nil {
		return pgtools.Conn{}, err
	}
	conn, err := pgtools.Params(d.Params(said)).Resolve(environ(d, said, settings))
	if err != nil {
		return conn, err
	}
	return conn.WithOrigins(func(keyword, known string) string {
		if origin := d.OriginOf(said, keyword); origin != "" {
			return origin
		}
		if v, ok := d.Variable(said, known); ok {
			return v.Origin
		}
		return known
	}, d.PasswordName(said)), nil
}

// environ returns the environment for resolving a database: libpq's variables can also
// come from a .env file.
func environ(d config.Database, said map[string]string, settings *config.Sources) pgtools.Environ {
	return func(name string) (string, bool) {
		if v, ok := d.Variable(said, name); ok {
			return v.Text, true
		}
		return settings.Lookup(name)
	}
}

// Origins returns the flags, variables and keys that decide which database Resolve
// returns, including libpq's own variables. Text that cannot be parsed has one origin.
func Origins(d config.Database, settings *config.Sources) []string {
	said, err := saidIn(d)
	if err != nil {
		return []string{d.Origin}
	}
	origins, known := d.Origins(said), pgtools.Params(d.Params(said))
	for _, name := range known.Variables(environ(d, said, settings)) {
		if v, ok := d.Variable(said, name); ok {
			name = v.Origin
		}
		if !slices.Contains(origins, name) {
			origins = append(origins, name)
		}
	}
	return origins
}

// saidIn returns the libpq keywords in the text of a database.
func saidIn(d config.Database) (pgtools.Params, error) {
	if d.Text == "" {
		return pgtools.Params{}, nil
	}
	return pgtools.ParseParams(d.Text)
}

// PGBin returns the folder of the client tools, "" if hectl must search for them.
func PGBin(settings *config.Sources, flags config.Flags) (string, error) {
	bin := settings.PGBin(flags)
	return bin.Text, settings.ConfirmPrograms(bin)
}
