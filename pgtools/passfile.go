package pgtools

import (
	"os"

	"github.com/jackc/pgpassfile"
)

// password returns the password in the settings, or else the password for this server,
// database and user in the password file, or "".
//
// hectl reads the file itself because libpq and pgx differ. For pgx every Unix socket is
// "localhost", for libpq only the one in its default directory. And unlike libpq, pgx
// uses a file that others can read.
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

// loosePassfile reports whether a password file exists, but libpq ignores it because of
// its permissions.
func loosePassfile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && (info.Mode().Perm()&0o077 != 0 || !info.Mode().IsRegular())
}
