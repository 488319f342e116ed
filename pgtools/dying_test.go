package pgtools_test

import (
	"io"
	"net"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// A server that ends while hectl connects, at one point or another, is not one
// that wants other TLS settings.
func TestConnectToDyingServer(t *testing.T) {
	t.Parallel()
	const broke, tls = "the server ended the connection", "the server does not do TLS"
	for _, tt := range []struct {
		name, mode string
		answer     string // to the request for TLS; then the server is gone
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
						return // closed
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
