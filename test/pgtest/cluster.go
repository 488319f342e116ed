package pgtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/pgtools"
)

// Options configure a cluster. The zero value works for most tests.
type Options struct {
	Bin      string            // folder of the server's programs; "" for the newest one found
	Conf     map[string]string // settings for postgresql.conf
	Password string            // password of the role postgres, required on TCP (scram-sha-256); "" for trust
	Debian   bool              // pg_hba.conf of Debian's packages: peer authentication on the socket; needs a Password
	TLS      bool              // offer TLS, with a certificate for localhost; see Cluster.CAFile
	Log      string            // file for the server's log; "" for one in the cluster's folder
	Primary  *Cluster          // a running cluster without a password, which this one follows as a standby
	Dir      string            // parent of the cluster's folder, a short path; "" for /tmp
}

// A Cluster is a running server. Its superuser is called postgres.
type Cluster struct {
	dir      string
	bin      string
	port     int
	password string
	peer     bool // peer authentication on the socket
	log      string
	account  account
	conf     map[string]string
	process  *os.Process
	done     chan struct{} // closed when the server has exited
}

// dirVariable names a variable that sets Options.Dir for New. Options.Dir takes precedence.
const dirVariable = "PGTEST_DIR"

// startTimeout is long enough for a start on a busy machine.
const startTimeout = 60 * time.Second

// New starts a cluster that stops with the test. It never skips: if no server is
// installed, the test fails.
func New(tb testing.TB, opts ...Options) *Cluster {
	tb.Helper()
	var opt Options
	if len(opts) > 0 {
		opt = opts[0]
	}
	opt.Dir = cmp.Or(opt.Dir, os.Getenv(dirVariable))
	c, err := Start(tb.Context(), opt)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.Stop(); err != nil {
			tb.Error(err)
		}
	})
	return c
}

// Start starts a cluster. Canceling ctx afterwards does not stop it.
func Start(ctx context.Context, opt Options) (*Cluster, error) {
	account, err := serverAccount("postgres", "nobody")
	if err != nil {
		return nil, err
	}
	return startAs(ctx, account, opt)
}

func startAs(ctx context.Context, account account, opt Options) (_ *Cluster, err error) {
	bin, err := serverBin(opt.Bin)
	if err != nil {
		return nil, err
	}
	// A Unix socket's path has at most 107 bytes, and TMPDIR may be long.
	dir, err := os.MkdirTemp(cmp.Or(opt.Dir, "/tmp"), "pgtest-")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, bin: bin, password: opt.Password, peer: opt.Debian, log: opt.Log, account: account, done: make(chan struct{})}
	if c.log == "" {
		c.log = filepath.Join(dir, "log")
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Stop())
		}
	}()
	if err := account.own(dir); err != nil {
		return nil, err
	}
	if opt.Primary != nil {
		err = account.follow(ctx, bin, c.data(), opt.Primary)
	} else {
		err = account.initdb(ctx, bin, c.data(), opt.Password)
	}
	if err != nil {
		return nil, err
	}
	if opt.Debian {
		if err := account.writeDebianHBA(c.data()); err != nil {
			return nil, err
		}
	}
	conf := maps.Clone(opt.Conf)
	if opt.TLS {
		tls, err := account.certify(dir)
		if err != nil {
			return nil, err
		}
		maps.Copy(tls, conf)
		conf = tls
	}
	c.conf = conf
	for attempt := 1; ; attempt++ {
		if c.port, err = freePort(ctx); err != nil {
			return nil, err
		}
		err := c.start(ctx)
		if err == nil {
			return c, nil
		}
		// Another program may have taken the port since it was found free.
		if attempt == 3 || ctx.Err() != nil || !strings.Contains(err.Error(), "could not bind") {
			return nil, err
		}
	}
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// start runs the server and waits until it accepts connections.
func (c *Cluster) start(ctx context.Context) error {
	args := []string{"-D", c.data()}
	for name, value := range settings(c.dir, c.port, c.conf) {
		args = append(args, "-c", name+"="+value)
	}
	logFile, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { _ = logFile.Close() }()

	cmd := exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(c.bin, "postgres"), args...)
	cmd.Dir = c.dir
	cmd.Stdout, cmd.Stderr = logFile, logFile
	cmd.Env = serverEnviron(c.dir)
	cmd.SysProcAttr = c.account.attributes()
	dieWithParent(cmd.SysProcAttr)
	done := make(chan struct{})
	started := make(chan error)
	go func() {
		// The parent death signal comes when the thread that started the child ends
		// (golang/go#27505), so keep this thread until the server exits.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // the log has the reason
			close(done)
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	c.process, c.done = cmd.Process, done
	return c.waitUntilReady(ctx)
}

// waitUntilReady waits for the line "ready" in postmaster.pid, which the server
// writes for pg_ctl.
func (c *Cluster) waitUntilReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		pid, _ := os.ReadFile(filepath.Join(c.data(), "postmaster.pid")) // a missing file means not ready
		lines := strings.Split(string(pid), "\n")
		if len(lines) >= 8 && strings.TrimSpace(lines[7]) == "ready" {
			return nil
		}
		select {
		case <-tick.C:
		case <-c.done:
			return fmt.Errorf("PostgreSQL did not start; its log ends with:\n%s", c.logTail())
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL did not start: %w; its log ends with:\n%s", context.Cause(ctx), c.logTail())
		}
	}
}

// logTail returns the end of the server's log.
func (c *Cluster) logTail() string {
	b, err := os.ReadFile(c.log)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-2000):])
}

// Stop stops the server, which ends all sessions, and removes its folder. It can be
// called twice.
func (c *Cluster) Stop() error {
	if c.process != nil {
		// Try a fast shutdown, then an immediate one, then SIGKILL.
		for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
			_ = c.process.Signal(s) // an error means that it has exited
			select {
			case <-c.done:
			case <-time.After(10 * time.Second):
				continue
			}
			break
		}
	}
	return os.RemoveAll(c.dir)
}

// pid returns the process id of the postmaster.
func (c *Cluster) pid() int { return c.process.Pid }

// Bin returns the folder of the server and client programs.
func (c *Cluster) Bin() string { return c.bin }

// Host returns the address that the server listens on.
func (c *Cluster) Host() string { return "127.0.0.1" }

// Port returns the TCP port, which is also in the socket's name.
func (c *Cluster) Port() int { return c.port }

// Socket returns the folder of the Unix socket.
func (c *Cluster) Socket() string { return c.dir }

// URI returns a connection URI for a database over TCP, with the password if there is
// one.
func (c *Cluster) URI(database string) string {
	u := url.URL{
		Scheme: "postgres",
		User:   url.User("postgres"),
		Host:   net.JoinHostPort(c.Host(), strconv.Itoa(c.port)),
		Path:   "/" + database,
	}
	if c.password != "" {
		u.User = url.UserPassword("postgres", c.password)
	}
	return u.String()
}

// SocketURI returns a connection URI for a database over the Unix socket, which needs
// no password (but see Options.Debian).
func (c *Cluster) SocketURI(database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.User("postgres"),
		Path:     "/" + database,
		RawQuery: "host=" + url.QueryEscape(c.dir) + "&port=" + strconv.Itoa(c.port),
	}
	return u.String()
}

// Conn returns URI as a connection.
func (c *Cluster) Conn(database string) pgtools.Conn { return c.resolve(c.URI(database)) }

// SocketConn returns SocketURI as a connection.
func (c *Cluster) SocketConn(database string) pgtools.Conn {
	return c.resolve(c.SocketURI(database))
}

func (c *Cluster) resolve(uri string) pgtools.Conn {
	params, err := pgtools.ParseParams(uri)
	if err != nil {
		panic(err) // the URI is made here, so it is valid
	}
	conn, err := params.Resolve(func(string) (string, bool) { return "", false })
	if err != nil {
		panic(err)
	}
	return conn
}

// Exec runs one or several SQL statements in a database.
func (c *Cluster) Exec(ctx context.Context, database, sql string) error {
	conn := c.SocketConn(database)
	if c.peer {
		conn = c.Conn(database)
	}
	db, err := pgtools.Connect(ctx, conn, "pgtest")
	if err != nil {
		return err
	}
	defer db.Close(ctx)
	_, err = db.Exec(ctx, sql)
	return err
}

// CreateDatabase creates an empty database.
func (c *Cluster) CreateDatabase(ctx context.Context, name string) error {
	return c.Exec(ctx, "postgres", "CREATE DATABASE "+pgtools.Quote(name)+" TEMPLATE template0")
}
