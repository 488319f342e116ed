package pgtools

import (
	"os"

	"github.com/jackc/pgpassfile"
)

// password returns the password given with the settings, else the one that the
// password file has for this server, database and user; "" when there is none.
//
// The file is read here rather than by libpq and pgx each for itself, because
// they differ: pgx calls every Unix socket "localhost", libpq only the one in
// its default directory; and pgx reads a file that others may read as well,
// which libpq does not.
func (c Conn) password() string {
	if p := c.get("password"); p != "" {
		return p
	}
	if loosePassfile(c.get("passfile")) {
		return ""
	}
	file, err := pgpassfile.ReadPassfile(c.get("passfile"))
	if err != nil {
		return ""
	}
	hosts := []string{c.Host()}
	if c.IsSocket() {
		hosts = append(hosts, "localhost")
	}
	for _, host := range hosts {
		if p := file.FindPassword(host, c.get("port"), c.Database(), c.User()); p != "" {
			return p
		}
	}
	return ""
}

// loosePassfile reports whether a password file exists but has permissions that
// make libpq ignore it.
func loosePassfile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && (info.Mode().Perm()&0o077 != 0 || !info.Mode().IsRegular())
}
