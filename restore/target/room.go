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

// DataFolder says where a server keeps its databases, as far as that can be told.
type DataFolder struct {
	// Dir is the data folder, "" where the role may not know it, or it is not of
	// this machine.
	Dir  string
	Free int64 // bytes that may still be written there; -1 when not known
	// Behind is the server's own address when it is another one than hectl
	// connects to: it runs in a container, or behind a tunnel. "" otherwise.
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
		return p, fmt.Errorf("ask where the server keeps its databases: %w", err)
	}
	if db.Conn().IsLocal() && !isLoopback(addr) {
		p.Behind = addr
	}
	if !db.Conn().IsLocal() || p.Behind != "" || dir == "" {
		return p, nil
	}
	free, err := freeBytes(dir)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		return p, nil // a container that shares its socket, perhaps
	}
	if err != nil {
		return p, fmt.Errorf("ask how much room there is in %s: %w", dir, err)
	}
	p.Dir, p.Free = dir, free
	return p, nil
}

// isLoopback tells whether a server's address, "" for a Unix socket, is this
// machine's own.
func isLoopback(addr string) bool {
	if addr == "" {
		return true
	}
	parsed, err := netip.ParseAddr(addr)
	return err == nil && parsed.Unmap().IsLoopback()
}

// freeBytes returns how much of dir's filesystem is free for anyone.
func freeBytes(dir string) (int64, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, err
	}
	return int64(fs.Bavail) * int64(fs.Bsize), nil //nolint:unconvert // their types differ by platform
}

// WarnIfSmall says that a restore of d may fill the disk, "" when it will not, or
// nobody can tell. It is no reason to refuse: a restored database is without the
// gaps that the original has, and tables may be left out.
func (p DataFolder) WarnIfSmall(m *catalog.Manifest) string {
	if p.Free < 0 || m == nil || m.DatabaseSize <= p.Free {
		return ""
	}
	return fmt.Sprintf("the database was %s when it was dumped, but only %s are free in %s, the data directory of the server",
		humanize.Bytes(uint64(m.DatabaseSize)), humanize.Bytes(uint64(p.Free)), p.Dir)
}
