package s3store

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// slowBody needs longer than the limit in total, but never stalls.
type slowBody struct{ left int }

func (b *slowBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	b.left--
	time.Sleep(60 * time.Millisecond)
	return copy(p, "x"), nil
}

func TestWatchedClient(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch r.URL.Path {
		case "/no-answer":
			<-release
		case "/half-answer":
			_, _ = io.WriteString(w, "half")
			w.(http.Flusher).Flush()
			<-release
		default:
			_, _ = io.WriteString(w, "answer")
		}
	}))
	defer server.Close()
	defer close(release)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	for _, tt := range []struct {
		path  string
		body  io.Reader
		stall bool
	}{
		{"/", nil, false},
		{"/", &slowBody{left: 5}, false},
		{"/no-answer", nil, true},
		{"/half-answer", nil, true},
	} {
		answered := false
		client := &watchedClient{next: transport, answered: func() { answered = true }}
		req, err := http.NewRequestWithContext(withStall(t.Context(), 200*time.Millisecond), http.MethodPut, server.URL+tt.path, tt.body)
		if err != nil {
			t.Fatal(err)
		}
		var text []byte
		resp, err := client.Do(req)
		if err == nil {
			text, err = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
		}
		stall, stalled := errors.AsType[*stallError](err)
		if stalled != tt.stall || !tt.stall && (err != nil || string(text) != "answer") {
			t.Errorf("%s: %q, %v", tt.path, text, err)
		}
		if stalled && (!stall.Timeout() || !strings.Contains(stall.Error(), "200ms")) {
			t.Errorf("%s: %v", tt.path, stall)
		}
		if want := tt.path != "/no-answer"; answered != want {
			t.Errorf("%s: answered %v", tt.path, answered)
		}
	}
}
