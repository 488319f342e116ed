package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

func (w *world) sql(ts *testscript.TestScript, uri, sql string) string {
	cmd := exec.Command(filepath.Join(w.local.Bin(), "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", uri, "-c", sql)
	out, err := cmd.CombinedOutput()
	if err != nil {
		ts.Fatalf("%s: %v\n%s", sql, err, out)
	}
	return strings.TrimSpace(string(out))
}

// production [SQLFILE] creates the source database, from testdata/app.sql or the given
// file.
func cmdProduction(ts *testscript.TestScript, _ bool, args []string) {
	w := theWorld(ts)
	file := ts.Getenv("APP")
	if len(args) > 0 {
		file = ts.MkAbs(args[0])
	}
	w.sql(ts, w.production.URI("postgres"), "CREATE DATABASE "+pgtools.Quote(w.source))
	ts.Check(ts.Exec("psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-d", ts.Getenv("HECTL_SOURCE"), "-f", file))
}

// development creates the target database, with a developer's own data in it.
func cmdDevelopment(ts *testscript.TestScript, _ bool, _ []string) {
	w := theWorld(ts)
	w.sql(ts, w.local.URI("postgres"), "CREATE DATABASE "+pgtools.Quote(w.target))
	w.sql(ts, w.local.URI(w.target), "CREATE TABLE marker AS SELECT 'mine'::text AS word")
}

// untouched checks that the target is unchanged since "development", and that no temp
// or previous database is left. "untouched nothing" checks that there was no target and
// there is none now.
func cmdUntouched(ts *testscript.TestScript, neg bool, args []string) {
	w := theWorld(ts)
	if neg {
		ts.Fatalf("untouched has no negation")
	}
	want := w.target
	if len(args) == 1 && args[0] == "nothing" {
		want = ""
	}
	if got := w.databases(ts); got != want {
		ts.Fatalf("the databases are %q, not %q", got, want)
	}
	if want == "" {
		return
	}
	if got := w.sql(ts, w.local.URI(w.target), "SELECT word FROM marker"); got != "mine" {
		ts.Fatalf("the target holds %q", got)
	}
}

// databases lists the target and the databases that hectl made from it, on the local
// server.
func cmdDatabases(ts *testscript.TestScript, _ bool, _ []string) {
	_, _ = fmt.Fprintln(ts.Stdout(), theWorld(ts).databases(ts))
}

func (w *world) databases(ts *testscript.TestScript) string {
	return strings.ReplaceAll(w.sql(ts, w.local.URI("postgres"),
		"SELECT datname FROM pg_database WHERE datname ~ '^"+w.target+"(_hectl_.*|_previous|_replaced_.*|_snapshot_.*)?$' ORDER BY 1"), "\n", " ")
}

// standby [NAME=VALUE…] starts another production server and a standby of it, with
// these settings. It creates the source database on the primary and makes the standby
// the source. $PRIMARY is the database on the primary.
func cmdStandby(ts *testscript.TestScript, _ bool, args []string) {
	ctx, w := context.Background(), theWorld(ts)
	primary, err := pgtest.Start(ctx, pgtest.Options{})
	ts.Check(err)
	ts.Defer(func() { ts.Check(primary.Stop()) })
	w.production = primary
	ts.Setenv("HECTL_SOURCE", primary.URI(w.source))
	ts.Setenv("PRIMARY", primary.URI(w.source))
	cmdProduction(ts, false, nil)
	conf := map[string]string{}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		conf[name] = value
	}
	follower, err := pgtest.Start(ctx, pgtest.Options{Primary: primary, Conf: conf})
	ts.Check(err)
	ts.Defer(func() { ts.Check(follower.Stop()) })
	ts.Check(follower.CatchUp(ctx, primary))
	ts.Setenv("HECTL_SOURCE", follower.URI(w.source))
}

// sessions none checks that pg_dump has no session left on the source.
func cmdSessions(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 || args[0] != "none" {
		ts.Fatalf("usage: sessions none")
	}
	w := theWorld(ts)
	if left := w.sql(ts, ts.Getenv("HECTL_SOURCE"),
		"SELECT pid, state, query FROM pg_stat_activity WHERE application_name ~ '^(hectl backup|pg_dump)$' AND datname = '"+w.source+"'"); left != "" {
		ts.Fatalf("there still is %s", left)
	}
}

// laptop [NAME=VALUE…] gives the script its own local server, with these settings, so
// that everything in the server's files comes from this script.
func cmdLaptop(ts *testscript.TestScript, _ bool, args []string) {
	conf := map[string]string{"log_statement": "all"}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		conf[name] = value
	}
	server, err := pgtest.Start(context.Background(), pgtest.Options{Conf: conf})
	ts.Check(err)
	ts.Defer(func() { ts.Check(server.Stop()) })
	w := theWorld(ts)
	w.local = server
	ts.Setenv("HECTL_TARGET", server.URI(w.target))
	ts.Setenv("LOCAL", server.URI("postgres"))
	ts.Setenv("PREVIOUS", server.URI(w.target+"_previous"))
	ts.Setenv("TARGET_PORT", strconv.Itoa(server.Port()))
}

// debian PASSWORD gives the script a local server as Debian's packages set it up, with
// a socket where psql finds it, this password for the role postgres, and the
// environment of an ordinary user: no variable names a database. The target is the
// application's, diaper_dev.
func cmdDebian(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: debian PASSWORD")
	}
	// The socket's name contains the port, so no other server uses the same port.
	server, err := pgtest.Start(context.Background(), pgtest.Options{
		Debian: true, Password: args[0], Conf: map[string]string{"unix_socket_directories": "/tmp"},
	})
	ts.Check(err)
	ts.Defer(func() { ts.Check(server.Stop()) })
	w := theWorld(ts)
	w.local, w.target = server, "diaper_dev"
	ts.Setenv("LOCAL", server.URI("postgres"))
	ts.Setenv("LOCAL_TARGET", server.URI(w.target))
	ts.Setenv("PREVIOUS", server.URI(w.target+"_previous"))
	ts.Setenv("TARGET_PORT", strconv.Itoa(server.Port()))
	ts.Setenv("TARGET_DB", w.target)
	ts.Setenv("HECTL_TARGET", "")
	ts.Setenv("HOME", ts.MkAbs("home"))
}

// tunnel forwards a port of this machine, $TUNNEL, to the production server.
func cmdTunnel(ts *testscript.TestScript, _ bool, _ []string) {
	w := theWorld(ts)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close() })
	_, port, err := net.SplitHostPort(listener.Addr().String())
	ts.Check(err)
	ts.Setenv("TUNNEL", port)
	to := net.JoinHostPort("127.0.0.1", strconv.Itoa(w.production.Port()))
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return // the tunnel is closed
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				_ = near.Close()
				continue
			}
			for _, ends := range [][2]net.Conn{{near, far}, {far, near}} {
				go func() {
					_, _ = io.Copy(ends[0], ends[1])
					_ = ends[0].Close()
				}()
			}
		}
	}()
}

// planted TEXT… checks that each text is in some file of the local server: a table, the
// WAL or any other. "! planted" checks that none is in any file, temporary ones included,
// now and after everything has been written to disk.
func cmdPlanted(ts *testscript.TestScript, neg bool, args []string) {
	w := theWorld(ts)
	folders := []string{w.local.Socket()}
	if neg {
		folders = append(folders, ts.Getenv("TMPDIR"))
	}
	search := func() map[string]string {
		found := map[string]string{}
		for _, dir := range folders {
			ts.Check(searchFiles(dir, args, found))
		}
		return found
	}
	found := search()
	if neg && len(found) == 0 || !neg && len(found) < len(args) {
		w.sql(ts, w.local.URI("postgres"), "CHECKPOINT")
		found = search()
	}
	for _, text := range args {
		if path, is := found[text]; is == neg {
			if neg {
				ts.Fatalf("%s is in %s", text, path)
			}
			ts.Fatalf("%s is in no file of the server", text)
		}
	}
}

// searchFiles searches the files below dir and sets found[text] to the path of a file that
// contains the text. Files come and go while the server runs.
func searchFiles(dir string, texts []string, found map[string]string) error {
	longest := 0
	for _, text := range texts {
		longest = max(longest, len(text))
	}
	buf := make([]byte, 1<<20)
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && !d.Type().IsRegular() {
			return nil
		}
		if err != nil {
			return err
		}
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // opened for reading only
		for kept := 0; ; {
			n, err := io.ReadFull(f, buf[kept:])
			for _, text := range texts {
				if bytes.Contains(buf[:kept+n], []byte(text)) {
					found[text] = path
				}
			}
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return nil
			}
			if err != nil {
				return err
			}
			kept = copy(buf, buf[len(buf)-longest:])
		}
	})
}
