package s3test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// The clock is synctest's, so that the times are exact.
func TestLinkTakesItsTime(t *testing.T) {
	const (
		mb     = 1_000_000
		trip   = 40 * time.Millisecond
		second = time.Second - slack // one second of bandwidth, except for what an idle lane may make up
	)
	for _, tt := range []struct {
		name        string
		opt         LinkOptions
		connections int
		want        time.Duration // time from the start until the last answer has arrived
	}{
		{"near", LinkOptions{}, 2, 0},
		{"far", LinkOptions{RoundTrip: trip}, 2, 2 * trip},
		{"narrow", LinkOptions{Bandwidth: mb}, 1, second},
		{"far and narrow", LinkOptions{Bandwidth: mb, RoundTrip: trip}, 1, 2*trip + second},
		{"shared", LinkOptions{Bandwidth: 4 * mb, RoundTrip: trip}, 4, 2*trip + second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLink(t.Context(), tt.opt)
				defer l.cancel()
				start := time.Now()
				for range tt.connections {
					client, server := dialed(l)
					go answer(server, make([]byte, mb))
					go func() {
						_, _ = client.Write([]byte{1})
						_, _ = io.CopyN(io.Discard, client, mb)
						if took := time.Since(start); took > tt.want+time.Millisecond {
							t.Errorf("an answer took %v, not %v", took, tt.want)
						}
						_ = client.Close()
					}()
				}
				synctest.Wait()
				l.work.Wait()
				// The request's byte also takes time: a microsecond.
				if took := time.Since(start); took < tt.want || took > tt.want+time.Millisecond {
					t.Errorf("took %v, want %v", took, tt.want)
				}
				if l.Down() != int64(tt.connections)*mb || l.Up() != int64(tt.connections) {
					t.Errorf("carried %d down, %d up", l.Down(), l.Up())
				}
			})
		})
	}
}

// dialed returns both ends of a connection over the link.
func dialed(l *Link) (client, server net.Conn) {
	client, near := net.Pipe()
	far, server := net.Pipe()
	l.work.Go(func() { l.connect(near, far) })
	return client, server
}

// answer sends data after the first byte of a request.
func answer(server net.Conn, data []byte) {
	_, _ = io.ReadFull(server, make([]byte, 1))
	_, _ = server.Write(data)
}

func TestLinkEndsWithEitherSide(t *testing.T) {
	for _, side := range []string{"client", "server", "link"} {
		t.Run(side, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLink(t.Context(), LinkOptions{RoundTrip: time.Second})
				defer l.cancel()
				client, server := dialed(l)
				end := map[string]func(){"client": func() { _ = client.Close() }, "server": func() { _ = server.Close() }, "link": l.cancel}
				end[side]()
				l.work.Wait()
				for _, conn := range []net.Conn{client, server} {
					if _, err := conn.Read(make([]byte, 1)); err == nil {
						t.Error("still open")
					}
				}
			})
		})
	}
}

func TestLinkCarriesHTTP(t *testing.T) {
	sent := bytes.Repeat([]byte("0123456789"), 50_000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	}))
	defer server.Close()
	l, err := NewLink(context.Background(), server.URL, LinkOptions{Bandwidth: 1 << 30, RoundTrip: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Post(l.URL, "text/plain", bytes.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	_ = resp.Body.Close()
	if n := int64(len(sent)); l.Up() < n || l.Down() < n {
		t.Errorf("carried %d up, %d down", l.Up(), l.Down())
	}
	l.Close()
	if _, err := client.Get(l.URL); err == nil {
		t.Error("it still listens")
	}
}
