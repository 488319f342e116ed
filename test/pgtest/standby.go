package pgtest

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"time"

	"github.com/rubyforgood/hectl/pgtools"
)

// follow creates the data folder of a streaming standby of primary.
func (a account) follow(ctx context.Context, bin, data string, primary *Cluster) error {
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "pg_basebackup"), "--pgdata="+data, "--dbname="+primary.SocketURI("postgres"),
		"--write-recovery-conf", "--checkpoint=fast", "--no-sync")
	cmd.Env = serverEnviron("/tmp")
	cmd.Dir = "/tmp"
	cmd.SysProcAttr = a.attributes() // not dieWithParent: this thread may end before pg_basebackup does
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pg_basebackup: %w:\n%s", err, out)
	}
	return nil
}

// CatchUp waits until c, a standby, has applied everything that its primary wrote.
func (c *Cluster) CatchUp(ctx context.Context, primary *Cluster) error {
	from, err := pgtools.Connect(ctx, primary.SocketConn("postgres"), "pgtest")
	if err != nil {
		return err
	}
	defer from.Close(ctx)
	to, err := pgtools.Connect(ctx, c.SocketConn("postgres"), "pgtest")
	if err != nil {
		return err
	}
	defer to.Close(ctx)
	var written string
	if err := from.QueryRow(ctx, "SELECT pg_current_wal_lsn()::text").Scan(&written); err != nil {
		return err
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		var there bool
		err := to.QueryRow(ctx, "SELECT coalesce(pg_last_wal_replay_lsn() >= $1::text::pg_lsn, false)", written).Scan(&there)
		if err != nil || there {
			return err
		}
		<-tick.C
	}
}

var waiting = regexp.MustCompile(` recovering \S+ waiting *$`)

// RecoveryWaits reports whether the recovery of c, a standby, is waiting for sessions to
// end. Only the title of the startup process shows that.
func (c *Cluster) RecoveryWaits(ctx context.Context) (bool, error) {
	db, err := pgtools.Connect(ctx, c.SocketConn("template1"), "pgtest")
	if err != nil {
		return false, err
	}
	defer db.Close(ctx)
	var pid string
	if err := db.QueryRow(ctx, "SELECT pid::text FROM pg_stat_activity WHERE backend_type = 'startup'").Scan(&pid); err != nil {
		return false, err
	}
	title, err := exec.CommandContext(ctx, "ps", "-o", "args=", "-p", pid).Output()
	return waiting.Match(bytes.TrimRight(title, "\n")), err
}
