package target

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"syscall"

	"github.com/dustin/go-humanize"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/pgtools"
)

// DataFolder describes where a server keeps its databases, as far as hectl can find out.
type DataFolder struct {
	// Dir is the data directory, "" if the role cannot read the setting or the server
	// is not on this machine.
	Dir  string
	Free int64 // bytes; -1 if not known
	// Behind is the server's own address if hectl connects to a different one, because
	// the server runs in a container or behind a tunnel; "" otherwise.
	Behind string
}

// FindDataFolder finds out where the server of db keeps its databases.
func FindDataFolder(ctx context.Context, db *pgtools.DB) (DataFolder, error) {
	p := DataFolder{Free: -1}
	var addr, dir string
	err := db.QueryRow(ctx, `
		SELECT coalesce(host(inet_server_addr()), ''),
		       CASE WHEN pg_catalog.pg_has_role('pg_read_all_settings', 'MEMBER') THEN current_setting('data_directory') ELSE '' END`).Scan(&addr, &dir)
	if err != nil {
		return p, fmt.Errorf("look up the server's data directory: %w", err)
	}
	if db.Conn().IsLocal() && !isLoopback(addr) {
		p.Behind = addr
	}
	if !db.Conn().IsLocal() || p.Behind != "" || dir == "" {
		return p, nil
	}
	free, err := freeBytes(dir)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		return p, nil // perhaps a container that shares its socket
	}
	if err != nil {
		return p, fmt.Errorf("look up free disk space in %s: %w", dir, err)
	}
	p.Dir, p.Free = dir, free
	return p, nil
}

// isLoopback reports whether a server's address, "" for a Unix socket, is this
// machine's own.
func isLoopback(addr string) bool {
	if addr == "" {
		return true
	}
	parsed, err := netip.ParseAddr(addr)
	return err == nil && parsed.Unmap().IsLoopback()
}

// freeBytes returns the free space in dir's file system, in bytes.
func freeBytes(dir string) (int64, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, err
	}
	return int64(fs.Bavail) * int64(fs.Bsize), nil //nolint:unconvert // their types differ by platform
}

// WarnIfSmall returns a warning if a restore may fill the disk, "" if it will not or the
// free space is not known. hectl does not refuse the restore: a restored database has none
// of the original's bloat, and tables may be left out.
func (p DataFolder) WarnIfSmall(m *catalog.Manifest) string {
	if p.Free < 0 || m == nil || m.DatabaseSize <= p.Free {
		return ""
	}
	return fmt.Sprintf("the database was %s when it was dumped, but only %s is free in %s, the server's data directory",
		humanize.Bytes(uint64(m.DatabaseSize)), humanize.Bytes(uint64(p.Free)), p.Dir)
}
