package pgtools_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	osexec "os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

const helperArg = "-hectl-helper"

// helper runs in the test binary when a test starts it in order to kill it: it dumps
// without reading the output, or swaps databases.
func helper(args []string) {
	what, uri, args := args[0], args[1], args[2:]
	p, err := pgtools.ParseParams(uri)
	if err != nil {
		panic(err)
	}
	conn, err := p.Resolve(os.LookupEnv)
	if err != nil {
		panic(err)
	}
	if what == "swap" {
		panic(pgtools.SwapDatabases(context.Background(), conn, []pgtools.Rename{{From: args[0], To: args[1]}, {From: args[2], To: args[3]}}, pgtools.SwapOptions{}))
	}
	dump, err := pgtools.Dump(context.Background(), pgtools.Tool{Name: "pg_dump", Path: args[0]}, conn, pgtools.DumpOptions{Compress: "0"})
	if err != nil {
		panic(err)
	}
	fmt.Println(dump.PID())
	select {}
}

// failingReader returns an error after the end of its reader.
type failingReader struct {
	r   io.Reader
	err error
}

func (f *failingReader) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if errors.Is(err, io.EOF) {
		err = f.err
	}
	return n, err
}

// big creates a table with more data than the pipes between pg_dump and hectl can hold.
const big = "CREATE TABLE big AS SELECT i, repeat(md5(i::text), 30) AS filler FROM generate_series(1, 20000) i"

// gone reports whether a process is neither running nor a zombie.
func gone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

func TestDump(t *testing.T) {
	t.Parallel()
	dump, _ := tools(t)
	c, name := database(t, big, "CREATE TABLE secret AS SELECT 'row' AS r")
	p, err := pgtools.Dump(t.Context(), dump, c.Conn(name), pgtools.DumpOptions{ExcludeTableData: []string{"public.secret"}, LockWaitTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	archive, err := io.ReadAll(p)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(archive, []byte("PGDMP")) {
		t.Errorf("not an archive: %q", archive[:min(20, len(archive))])
	}
	if n, err := p.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Error("read after the end:", n, err)
	}
	if err := p.Close(); err != nil {
		t.Error("close after the end:", err)
	}
	if !gone(p.PID()) {
		t.Error("the child is still there")
	}
}

// The thread that starts a dump may end before the dump does.
func TestDumpOutlivesThread(t *testing.T) {
	t.Parallel()
	dump, _ := tools(t)
	c, name := database(t, big)
	started := make(chan *pgtools.Process)
	go func() {
		runtime.LockOSThread() // not unlocked, so the thread ends with the goroutine
		p, err := pgtools.Dump(t.Context(), dump, c.Conn(name), pgtools.DumpOptions{Compress: "0"})
		if err != nil {
			t.Error(err)
		}
		started <- p
	}()
	if n, err := io.Copy(io.Discard, <-started); err != nil || n < 10<<20 {
		t.Error(n, err)
	}
}

// hectl notices that a child failed even if nothing reads its output.
func TestDumpWhenFailed(t *testing.T) {
	t.Parallel()
	c, name := database(t, big)
	p := half(t.Context(), t, c.Conn(name))
	failed := make(chan error, 1)
	p.WhenFailed(func(err error) { failed <- err })
	if err := syscall.Kill(p.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	early := <-failed
	if _, err := io.Copy(io.Discard, p); err == nil || !errors.Is(err, early) {
		t.Errorf("told %v, read %v", early, err)
	}

	closed := half(t.Context(), t, c.Conn(name))
	closed.WhenFailed(func(err error) { t.Errorf("closed: %v", err) })
	if err := closed.Close(); err != nil {
		t.Error(err)
	}
}

// half starts a dump of big and reads 500 KiB of its output, so that pg_dump has more to
// write.
func half(ctx context.Context, t *testing.T, conn pgtools.Conn) *pgtools.Process {
	t.Helper()
	dump, _ := tools(t)
	p, err := pgtools.Dump(ctx, dump, conn, pgtools.DumpOptions{Compress: "0"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(p, make([]byte, 500<<10)); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDumpKilled(t *testing.T) {
	t.Parallel()
	c, name := database(t, big)
	p := half(t.Context(), t, c.Conn(name))
	if err := syscall.Kill(p.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_, err := io.Copy(io.Discard, p)
	var exit *pgtools.ExitError
	if !errors.As(err, &exit) || exit.Signal != syscall.SIGKILL || err.Error() != "pg_dump: killed by signal 9 (killed), without a message" {
		t.Error(err)
	}
	if len(fault.Hints(err)) != 1 || !gone(p.PID()) {
		t.Error(fault.Hints(err), gone(p.PID()))
	}
}

func TestDumpBackendTerminated(t *testing.T) {
	t.Parallel()
	c, name := database(t, big)
	p := half(t.Context(), t, c.Conn(name))
	db := connect(t, c.Conn("postgres"))
	sessions, err := db.Sessions(t.Context(), name)
	if err != nil || !slices.ContainsFunc(sessions, func(s pgtools.Session) bool { return s.Application == "hectl" }) {
		t.Fatal(sessions, err)
	}
	if refused, err := db.TerminateSessions(t.Context(), name); err != nil || len(refused) > 0 {
		t.Fatal(refused, err)
	}
	_, err = io.Copy(io.Discard, p)
	var exit *pgtools.ExitError
	if !errors.As(err, &exit) || exit.Status != 1 || exit.Message == "" || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
	if hints := fault.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], "connection to the server broke") {
		t.Error(err, hints)
	}
}

func TestDumpCancelled(t *testing.T) {
	t.Parallel()
	c, name := database(t, big)
	ctx, cancel := context.WithCancelCause(t.Context())
	p := half(ctx, t, c.Conn(name))
	why := errors.New("why")
	cancel(why)
	if _, err := io.Copy(io.Discard, p); !errors.Is(err, why) {
		t.Error(err)
	}
	if !gone(p.PID()) {
		t.Error("the child is still there")
	}
}

func TestDumpClosedEarly(t *testing.T) {
	t.Parallel()
	c, name := database(t, big)
	p := half(t.Context(), t, c.Conn(name))
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if !gone(p.PID()) {
		t.Error("the child is still there")
	}
	if _, err := p.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
		t.Error("read after close:", err)
	}
}

// A stopped child cannot react to SIGINT.
func TestDumpStopped(t *testing.T) {
	t.Parallel()
	c, name := database(t, big)
	ctx, cancel := context.WithCancel(t.Context())
	p := half(ctx, t, c.Conn(name))
	if err := syscall.Kill(p.PID(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.Copy(io.Discard, p); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if !gone(p.PID()) {
		t.Error("the child is still there")
	}
}

func TestDumpErrors(t *testing.T) {
	t.Parallel()
	dump, _ := tools(t)
	c, name := database(t, "CREATE TABLE t (id int); CREATE TABLE locked (id int)")
	reader := role(t, c, "", c.Conn(name))
	p, err := pgtools.ParseParams(c.URI(name))
	if err != nil {
		t.Fatal(err)
	}
	p["password"] = "hunter2"
	locker := connect(t, c.Conn(name))
	exec(t, locker, "BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE")
	for _, tt := range []struct {
		name, want, hint string
		conn             pgtools.Conn
		code             fault.Code
	}{
		{"wrong password", "password authentication failed", "hectl doctor", resolve(t, p), fault.Denied},
		{"no permission", "permission denied for table", "SELECT", reader, fault.Denied},
		{"locked", "timeout", "public.locked", c.Conn(name), fault.Failed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := pgtools.Dump(t.Context(), dump, tt.conn, pgtools.DumpOptions{LockWaitTimeout: 100 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			_, err = io.Copy(io.Discard, p)
			hints := strings.Join(fault.Hints(err), "\n")
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(hints, tt.hint) || fault.CodeOf(err) != tt.code {
				t.Errorf("error %v, hints %s", err, hints)
			}
			t.Log(err, "|", hints)
			if strings.Contains(fmt.Sprint(err, hints), "hunter2") {
				t.Error("the password is in the error")
			}
		})
	}
}

// Server settings in the caller's environment do not reach pg_dump.
func TestDumpIgnoresEnvironment(t *testing.T) {
	for _, name := range []string{"PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGSERVICE", "PGSERVICEFILE", "PGSSLMODE"} {
		t.Setenv(name, "nonsense")
	}
	t.Setenv("LC_ALL", "nonsense")
	c, name := database(t, "CREATE TABLE here ()")
	if dump := archive(t, c.Conn(name)); !bytes.Contains(dump, []byte("CREATE TABLE public.here")) {
		t.Error("not the database that was asked for")
	}
}

// A killed hectl must not leave processes behind.
func TestDiesWithParent(t *testing.T) {
	t.Parallel()
	dump, _ := tools(t)
	c, name := database(t, big)
	cmd := osexec.Command(os.Args[0], helperArg, "dump", c.URI(name), dump.Path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	waitUntil(t, "pg_dump has gone with its parent", func() bool { return goneOrZombie(pid) })
}

// goneOrZombie is like gone, for a process that is not a child of this one.
func goneOrZombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return gone(pid)
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(after, "Z")
}

// waitUntil polls for the effect of another process. Only the test's own timeout limits it.
func waitUntil(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for !ok() {
		select {
		case <-t.Context().Done():
			t.Fatal("never: " + what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// pg_dump's session has an application name, is read-only, and has no time limit from its
// first statement on.
func TestDumpSession(t *testing.T) {
	t.Parallel()
	c, name := database(t)
	program := filepath.Join(t.TempDir(), "pg_dump")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$PGAPPNAME: $*\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	p, err := pgtools.Dump(t.Context(), pgtools.Tool{Name: "pg_dump", Path: program}, c.Conn(name), pgtools.DumpOptions{AppName: "hectl backup"})
	if err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(p)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(said); !strings.HasPrefix(got, "hectl backup: ") || !strings.Contains(got, "options='-c default_transaction_read_only=on -c statement_timeout=0 -c tcp_user_timeout=0'") {
		t.Error(got)
	}
}

// PGTZ does not change the text of a dump.
func TestDumpIgnoresTheTimeZone(t *testing.T) {
	t.Setenv("PGTZ", "Asia/Tokyo")
	program := filepath.Join(t.TempDir(), "pg_dump")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"time zone: $PGTZ\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	p, err := pgtools.Dump(t.Context(), pgtools.Tool{Name: "pg_dump", Path: program}, cluster(t).Conn("postgres"), pgtools.DumpOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if said, err := io.ReadAll(p); err != nil || string(said) != "time zone: \n" {
		t.Errorf("%q, %v", said, err)
	}
}
