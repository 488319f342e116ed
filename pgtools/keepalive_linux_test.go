package pgtools

import (
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestKeepalivesOfConnections reads the socket options that determine how long hectl waits
// for a silent server.
func TestKeepalivesOfConnections(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	type options struct{ on, idle, interval, count, user int }
	for _, tt := range []struct {
		name string
		p    Params
		want options
	}{
		{"nobody says", Params{}, options{1, 60, 30, 8, 300_000}},
		{"the user says", Params{"keepalives_idle": "7", "tcp_user_timeout": "9000"}, options{1, 7, 30, 8, 9000}},
		{"the user wants none", Params{"keepalives": "0", "tcp_user_timeout": "0"}, options{0, 0, 0, 0, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := Params{"host": "127.0.0.1"}
			maps.Copy(p, tt.p)
			c, err := resolveWith(p, nil)
			if err != nil {
				t.Fatal(err)
			}
			cfg, err := c.pgxConfig("test")
			if err != nil {
				t.Fatal(err)
			}
			conn, err := cfg.DialFunc(t.Context(), "tcp", listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			socket, err := conn.(*net.TCPConn).SyscallConn()
			if err != nil {
				t.Fatal(err)
			}
			var got options
			err = socket.Control(func(fd uintptr) {
				get := func(level, option int) int {
					n, err := syscall.GetsockoptInt(int(fd), level, option)
					if err != nil {
						t.Error(err)
					}
					return n
				}
				got = options{
					get(syscall.SOL_SOCKET, syscall.SO_KEEPALIVE),
					get(syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE), get(syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL), get(syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT),
					get(syscall.IPPROTO_TCP, tcpUserTimeout),
				}
			})
			if got.on == 0 {
				got = options{user: got.user} // the other options have no effect
			}
			if err != nil || got != tt.want {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// pg_restore gets the same keepalive settings as hectl, except over a Unix socket or where
// the user has set others.
func TestKeepalivesOfPgRestore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, said := filepath.Join(dir, "pg_restore"), filepath.Join(dir, "said")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nprintf '%s' \"$*\" > "+said+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		p    Params
		want []string
	}{
		{Params{"host": "db.example"}, []string{"keepalives_count='8'", "keepalives_idle='60'", "keepalives_interval='30'", "tcp_user_timeout='300000'"}},
		{
			Params{"host": "db.example", "keepalives": "0", "keepalives_idle": "7", "tcp_user_timeout": "9000"},
			[]string{"keepalives='0'", "keepalives_count='8'", "keepalives_idle='7'", "keepalives_interval='30'", "tcp_user_timeout='9000'"},
		},
		{Params{"host": "/tmp"}, nil},
	} {
		c, err := resolveWith(tt.p, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Restore(t.Context(), Tool{Name: "pg_restore", Path: path}, c, RestoreOptions{File: "x"}); err != nil {
			t.Fatal(err)
		}
		args, err := os.ReadFile(said)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for word := range strings.FieldsSeq(string(args)) {
			if strings.HasPrefix(word, "keepalives") || strings.HasPrefix(word, "tcp_user") {
				got = append(got, word)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestKeepalivesAreNumbers(t *testing.T) {
	t.Parallel()
	for key := range keepalives() {
		if _, err := resolveWith(Params{key: "soon"}, nil); err == nil || !strings.Contains(err.Error(), key+" is not a number") {
			t.Errorf("%s: %v", key, err)
		}
	}
}
