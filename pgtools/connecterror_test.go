package pgtools_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

func TestConnectErrors(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	nobody := t.TempDir()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	port := func(l net.Listener) string {
		_, p, _ := net.SplitHostPort(l.Addr().String())
		return p
	}
	good := func(change pgtools.Params) pgtools.Params {
		p, err := pgtools.ParseParams(c.URI("postgres"))
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(p, change)
		return p
	}
	for _, tt := range []struct {
		name, want, hint string
		p                pgtools.Params
		code             fault.Code
	}{
		{"no socket", "no server's socket is there", "start PostgreSQL on " + nobody, pgtools.Params{"host": nobody}, fault.Failed},
		{"refused", "nothing listens there", "start PostgreSQL on 127.0.0.1, port " + port(closed), pgtools.Params{"host": "127.0.0.1", "port": port(closed)}, fault.Failed},
		{"no such host", "host not found", "spelling", pgtools.Params{"host": "db.invalid"}, fault.Failed},
		{"silent", "no answer within 1 seconds", "reachable", pgtools.Params{"host": "127.0.0.1", "port": port(silent), "connect_timeout": "1"}, fault.Failed},
		{"wrong password", "password authentication failed", "check PGPASSWORD", good(pgtools.Params{"password": "hunter2"}), fault.Denied},
		{"no password", "the server asks for a password, and none is set", "~/.pgpass: 127.0.0.1:", good(pgtools.Params{"password": ""}), fault.Denied},
		{"no database", "does not exist", "create it", good(pgtools.Params{"dbname": "none"}), fault.Failed},
		{"no role", "none", "PGPASSWORD", good(pgtools.Params{"user": "none"}), fault.Denied},
		{"no role on the socket", "does not exist", "create the role", good(pgtools.Params{"host": c.Socket(), "user": "none"}), fault.Denied},
		{"TLS", "the server does not support TLS", "sslmode=prefer", good(pgtools.Params{"sslmode": "require"}), fault.Failed},
		{"CA file", "no such file", "", good(pgtools.Params{"sslmode": "verify-ca", "sslrootcert": nobody + "/none"}), fault.Usage},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			conn := resolve(t, tt.p)
			_, err := pgtools.Connect(t.Context(), conn, "test")
			if err == nil {
				t.Fatal("connected")
			}
			text, hints := err.Error(), strings.Join(fault.Hints(err), "\n")
			if !strings.HasPrefix(text, "connect to "+conn.String()+": ") || !strings.Contains(text, tt.want) {
				t.Errorf("error %q, want %q in it", text, tt.want)
			}
			if !strings.Contains(hints, tt.hint) || (tt.hint == "") != (hints == "") {
				t.Errorf("hints %q, want %q in them", hints, tt.hint)
			}
			if strings.Contains(text+hints, "hunter2") || strings.Contains(text+hints, "s3cret") || strings.Contains(text, "\n") {
				t.Errorf("error %q, hints %q", text, hints)
			}
			if got := fault.CodeOf(err); got != tt.code {
				t.Errorf("code %d, want %d", got, tt.code)
			}
			if got := pgtools.IsNoDatabase(err); got != (tt.name == "no database") {
				t.Errorf("IsNoDatabase = %v", got)
			}
		})
	}
}

func TestConnectCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := pgtools.Connect(ctx, cluster(t).Conn("postgres"), "test")
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestConnectTooMany(t *testing.T) {
	t.Parallel()
	c, name := database(t)
	conn := role(t, c, "CONNECTION LIMIT 1", c.Conn(name))
	connect(t, conn)
	_, err := pgtools.Connect(t.Context(), conn, "test")
	if pgtools.SQLState(err) != "53300" || len(fault.Hints(err)) != 1 {
		t.Error(err, fault.Hints(err))
	}
}

// If a server exits at any point while hectl connects, the error does not suggest other TLS
// settings.
func TestConnectToDyingServer(t *testing.T) {
	t.Parallel()
	const broke, tls = "the server ended the connection", "the server does not support TLS"
	for _, tt := range []struct {
		name, mode string
		answer     string // reply to the TLS request, before the server exits
		want       string
	}{
		{"at once", "prefer", "", broke},
		{"at once, with TLS or not at all", "require", "", broke},
		{"after it has refused TLS", "prefer", "N", broke},
		{"TLS comes second", "allow", "N", broke},
		{"TLS is what is wrong", "require", "N", tls},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				for {
					conn, err := listener.Accept()
					if err != nil {
						return // the listener is closed
					}
					request := make([]byte, 8)
					_, err = io.ReadFull(conn, request)
					if err == nil && request[4] == 4 && request[5] == 210 && tt.answer != "" { // SSLRequest
						_, _ = io.WriteString(conn, tt.answer)
						_, _ = io.ReadFull(conn, request)
					}
					_ = conn.Close()
				}
			}()
			defer func() { _ = listener.Close(); <-done }()
			_, port, _ := net.SplitHostPort(listener.Addr().String())
			_, err = pgtools.Connect(t.Context(), resolve(t, pgtools.Params{"host": "127.0.0.1", "port": port, "user": "u", "sslmode": tt.mode}), "test")
			hints := strings.Join(fault.Hints(err), "\n")
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(hints, "ssl") != (tt.want == tls) || hints == "" {
				t.Errorf("%v\nhints: %s", err, hints)
			}
		})
	}
}
