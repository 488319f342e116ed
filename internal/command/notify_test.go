package command

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
)

func TestParseTargets(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		environ []string
		given   []string
		valid   int
		wrong   string // "" for no error
		origin  string
	}{
		{"none", nil, nil, 0, "", ""},
		{"of the environment", []string{"HECTL_NOTIFY=https://a.example.com/x"}, nil, 1, "", "HECTL_NOTIFY"},
		{"a flag wins", []string{"HECTL_NOTIFY=https://a.example.com/x"}, []string{"https://b.example.com/y", "https://c.example.com/z"}, 2, "", "--notify"},
		{"one is wrong", nil, []string{"secret", "https://b.example.com/y"}, 1, "notify URL 1 (from --notify): ", "--notify"},
	} {
		settings := config.Environment(tt.environ)
		targets, err := parseTargets(settings, tt.given)
		if len(targets) != tt.valid || (err == nil) != (tt.wrong == "") {
			t.Errorf("%s: %v, %v", tt.name, targets, err)
		}
		if err != nil && (!strings.HasPrefix(err.Error(), tt.wrong) || strings.Contains(err.Error(), "secret") || fault.CodeOf(err) != fault.Usage) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got := findOrigin(settings, tt.given); got != tt.origin {
			t.Errorf("%s: from %s", tt.name, got)
		}
	}
}

// A notification has the error without its passwords. It is also sent after a signal, and
// to the valid URLs if others are not valid.
func TestNotify(t *testing.T) {
	t.Parallel()
	ended, end := context.WithCancel(t.Context())
	end()
	for _, tt := range []struct {
		name  string
		ctx   context.Context
		also  []string // other URLs
		err   error
		body  []string // parts of the body
		never string
	}{
		{"a success", t.Context(), nil, nil, []string{`"command":"backup"`, `"exit_code":0`}, "error"},
		{"a failure", t.Context(), nil, fault.New(fault.Locked, "see postgres://u:hunter2@h/d", "locked"), []string{`"exit_code":11`, "locked", `"hints":["see `}, "hunter2"},
		{"a signal", ended, nil, errors.New("interrupted"), []string{`"exit_code":1`, "interrupted"}, "hunter2"},
		{"beside a wrong URL", t.Context(), []string{"nonsense"}, errors.New("failed"), []string{"failed"}, "nonsense"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var bodies []string
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				mu.Lock()
				defer mu.Unlock()
				bodies = append(bodies, string(body))
			}))
			t.Cleanup(server.Close)
			env := &Env{Console: console.New(console.Options{Stdout: io.Discard, Stderr: t.Output(), Now: time.Now, RunID: "run"}), Dir: t.TempDir()}
			env.Notify(t.Context(), errors.New("not promised")) // sends nothing
			if err := env.promise(t.Context(), "backup", append([]string{server.URL}, tt.also...)); (err == nil) != (tt.also == nil) {
				t.Fatal(err)
			}
			env.Notify(tt.ctx, tt.err)
			if len(bodies) != 1 {
				t.Fatalf("sent %q", bodies)
			}
			for _, want := range tt.body {
				if !strings.Contains(strings.ReplaceAll(bodies[0], `": `, `":`), want) {
					t.Errorf("%s is not in %s", want, bodies[0])
				}
			}
			if strings.Contains(bodies[0], tt.never) {
				t.Errorf("%s is in %s", tt.never, bodies[0])
			}
		})
	}
}
