package pgtools

import (
	"os"

	"github.com/jackc/pgpassfile"
)

// password returns the password in the settings, or else the password for this server,
// database and user in the password file, or "".
//
// hectl reads the file itself because libpq and pgx differ. In the file, pgx calls every
// Unix socket "localhost"; libpq does so only for the one in its default directory. And
// unlike libpq, pgx uses a file that others can read.
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

// loosePassfile reports whether libpq ignores an existing password file because of its
// permissions.
func loosePassfile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && (info.Mode().Perm()&0o077 != 0 || !info.Mode().IsRegular())
}
