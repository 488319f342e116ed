package pgtools

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DumpOptions are the options of Dump.
type DumpOptions struct {
	AppName          string        // name in pg_stat_activity; "" means hectl
	Compress         string        // pg_dump's --compress; "" means DefaultCompression
	ExcludeTableData []string      // patterns for tables to dump without rows
	LockWaitTimeout  time.Duration // how long to wait for a table lock; 0 means forever
	Snapshot         string        // ID from ExportSnapshot; "" means a new snapshot
	Log              func(line string)
}

// Dump runs pg_dump on c and returns its output, an archive in the custom format. The
// caller reads it to the end or closes it; see Process.
//
// The session is read-only from its start, before pg_dump makes it so. pg_dump turns off
// the server's timeouts, including idle_in_transaction_session_timeout, so the caller must
// make sure that the dump ends.
func Dump(ctx context.Context, tool Tool, c Conn, opt DumpOptions) (*Process, error) {
	compress := opt.Compress
	if compress == "" {
		compress = DefaultCompression(tool)
	}
	args := []string{"--format=custom", "--compress=" + compress, "--no-password"}
	for _, pattern := range opt.ExcludeTableData {
		args = append(args, "--exclude-table-data="+pattern)
	}
	if opt.LockWaitTimeout > 0 {
		args = append(args, "--lock-wait-timeout="+strconv.FormatInt(opt.LockWaitTimeout.Milliseconds(), 10))
	}
	if opt.Snapshot != "" {
		args = append(args, "--snapshot="+opt.Snapshot)
	}
	c, err := c.fresh(ctx)
	if err != nil {
		return nil, err
	}
	c = c.withSettings(dumpSettings())
	args = append(args, c.Args()...)
	// Rows are in the time zone of the role or the server, as in hectl's own sessions.
	// Their text is therefore the same in every dump, on any machine.
	env := slices.DeleteFunc(childEnviron(c), func(kv string) bool { return strings.HasPrefix(kv, "PGTZ=") })
	if opt.AppName != "" {
		env = append(env, "PGAPPNAME="+opt.AppName) // the last value wins
	}
	return start(ctx, tool, args, env, newTail(opt.Log))
}

// dumpSettings returns the initial settings of read-only sessions: no time limit from the
// first statement on, and none for unread output, because pg_dump waits for the sessions
// that read the rows, which in turn wait for the store.
func dumpSettings() map[string]string {
	return map[string]string{"default_transaction_read_only": "on", "statement_timeout": "0", "tcp_user_timeout": "0"}
}

// DefaultCompression returns the default for --compress: zstd at level 3 if pg_dump
// supports it, otherwise gzip at level 1. With 0.9 GB of COPY text, zstd took 5.2 s for
// 107 MB, gzip at level 1 took 5.7 s for 152 MB, and gzip at its default level 6 took
// 13.3 s for 132 MB.
func DefaultCompression(tool Tool) string {
	if tool.Zstd {
		return "zstd:3"
	}
	return "1"
}
