package pgtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

const helperArg = "-pgtest-helper"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == helperArg {
		c, err := Start(context.Background(), Options{})
		if err != nil {
			panic(err)
		}
		fmt.Println(c.pid(), c.dir)
		select {}
	}
	goleak.VerifyTestMain(m)
}

func ping(ctx context.Context, conn pgtools.Conn) error {
	db, err := pgtools.Connect(ctx, conn, "test")
	if err != nil {
		return err
	}
	db.Close(ctx)
	return nil
}

func TestStart(t *testing.T) {
	t.Parallel()
	c, err := Start(t.Context(), Options{Conf: map[string]string{"work_mem": "5MB"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.CreateDatabase(t.Context(), "it's"); err != nil {
		t.Fatal(err)
	}
	for _, conn := range []pgtools.Conn{c.Conn("it's"), c.SocketConn("it's")} {
		if err := ping(t.Context(), conn); err != nil || !conn.IsLocal() {
			t.Error(conn, err)
		}
	}
	if err := c.Exec(t.Context(), "it's", "DO $$ BEGIN ASSERT current_setting('work_mem') = '5MB'; END $$"); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	}
	if err := ping(t.Context(), c.Conn("postgres")); err == nil {
		t.Error("still there")
	}
	if _, err := os.Stat(c.Socket()); !errors.Is(err, os.ErrNotExist) {
		t.Error("its folder is still there:", err)
	}
}

func TestPassword(t *testing.T) {
	t.Parallel()
	c := New(t, Options{Password: "sesame"})
	for _, conn := range []pgtools.Conn{c.Conn("postgres"), c.SocketConn("postgres")} {
		if err := ping(t.Context(), conn); err != nil {
			t.Error(err)
		}
	}
	without := c.resolve(strings.Replace(c.URI("postgres"), ":sesame", "", 1))
	if err := ping(t.Context(), without); fault.CodeOf(err) != fault.Denied {
		t.Error("without the password:", err)
	}
}

// Some machines have no user postgres.
func TestStartAsNobody(t *testing.T) {
	t.Parallel()
	nobody, err := serverAccount("no-such-user", "nobody")
	if err != nil {
		t.Fatal(err)
	}
	c, err := startAs(t.Context(), nobody, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(ping(t.Context(), c.Conn("postgres")), c.Stop()); err != nil {
		t.Error(err)
	}
}

func TestNoServer(t *testing.T) {
	t.Parallel()
	if _, err := Start(t.Context(), Options{Bin: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "no PostgreSQL server") {
		t.Error(err)
	}
}

func TestBadSetting(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Options{Conf: map[string]string{"work_mem": "much"}})
	if err == nil || !strings.Contains(err.Error(), `invalid value for parameter "work_mem"`) {
		t.Error(err)
	}
}

// The server exits when its parent is killed, although it runs as another user.
func TestDiesWithParent(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0], helperArg)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var (
		pid int
		dir string
	)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(line, &pid, &dir); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for !goneOrZombie(pid) {
		select {
		case <-t.Context().Done():
			t.Fatal("the server outlives its parent")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func goneOrZombie(pid int) bool {
	if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil {
		_, after, _ := strings.Cut(string(stat), ") ")
		return strings.HasPrefix(after, "Z")
	}
	return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

// As on Debian, TCP needs a password, and the socket accepts only the user's own name.
func TestDebian(t *testing.T) {
	t.Parallel()
	c := New(t, Options{Debian: true, Password: "secret"})
	if err := c.Exec(t.Context(), "postgres", "CREATE ROLE somebody LOGIN"); err != nil {
		t.Fatal(err)
	}
	params, err := pgtools.ParseParams(strings.Replace(c.SocketURI("postgres"), "//postgres@", "//somebody@", 1))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := params.Resolve(func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	if err := ping(t.Context(), conn); err == nil || !strings.Contains(err.Error(), "eer authentication") {
		t.Errorf("the socket takes another's name: %v", err)
	}
}
