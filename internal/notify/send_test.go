package notify

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
)

// listener is a server that records the requests it receives.
type listener struct {
	*httptest.Server
	mu   sync.Mutex
	told []string
}

// listen starts a server that answers with the statuses in turn, and repeats the last.
func listen(t *testing.T, statuses ...int) *listener {
	t.Helper()
	l := &listener{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		defer l.mu.Unlock()
		status := statuses[min(len(l.told), len(statuses)-1)]
		body, _ := io.ReadAll(r.Body)
		user, password, _ := r.BasicAuth()
		l.told = append(l.told, strings.TrimSpace(fmt.Sprintf("%s %s %s%s %.30s", r.Method, r.URL, user, password, body)))
		if status >= 300 && status < 400 {
			w.Header().Set("Location", "/elsewhere/%zz")
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, r.URL.Path)
	}))
	t.Cleanup(l.Close)
	return l
}

// notifier returns a Notifier for urls, and a function that returns its warnings.
func notifier(t *testing.T, urls ...string) (*Notifier, func() string) {
	t.Helper()
	var targets []Target
	for _, text := range urls {
		target, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		targets = append(targets, target)
	}
	var mu sync.Mutex
	var warned strings.Builder
	n := New(targets, Options{Agent: "hectl/test", Warn: func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(&warned, format+"\n", args...)
	}})
	n.pause = time.Millisecond
	return n, func() string {
		mu.Lock()
		defer mu.Unlock()
		return strings.ReplaceAll(strings.TrimSpace(warned.String()), "http://127.0.0.1:", "PORT ")
	}
}

func TestNotificationsByURL(t *testing.T) {
	for _, tt := range []struct {
		form string
		code fault.Code
		want []string
	}{
		{"", fault.Done, []string{`POST /hush  {"command":"backup","run_id":"`}},
		{"", fault.Failed, []string{`POST /hush  {"command":"backup","run_id":"`}},
		{"failure+", fault.Done, nil},
		{"failure+", fault.Warnings, []string{`POST /hush  {"command":"backup","run_id":"`}},
		{"success+", fault.Warnings, nil},
		{"success+slack+", fault.Done, []string{`POST /hush  {"text":":white_check_mark: he`}},
		{"hc+", fault.Done, []string{"POST /hush/start", "POST /hush  hectl backup on db finished in"}},
		{"hc+", fault.Failed, []string{"POST /hush/start", "POST /hush/fail  hectl backup on db failed with"}},
	} {
		l := listen(t, http.StatusOK)
		n, warned := notifier(t, tt.form+l.URL+"/hush")
		n.Start(t.Context())
		n.End(t.Context(), report(tt.code, "", nil))
		if diff := cmp.Diff(tt.want, l.told); diff != "" || warned() != "" {
			t.Errorf("%s%d: %s\n%s", tt.form, tt.code, warned(), diff)
		}
	}
}

func TestAttempts(t *testing.T) {
	for _, tt := range []struct {
		statuses []int
		attempts int
		want     string
	}{
		{[]int{204}, 1, ""},
		{[]int{503, 200}, 2, ""},
		{[]int{429, 500, 200}, 3, ""},
		{[]int{502}, 3, "of the success: the server answered 502 Bad Gateway (3 attempts)"},
		{[]int{404}, 1, "of the success: the server answered 404 Not Found"},
		{[]int{301}, 1, "of the success: the server answered 301 Moved Permanently, and redirects are not followed"},
	} {
		l := listen(t, tt.statuses...)
		n, warned := notifier(t, l.URL+"/hush")
		n.End(t.Context(), report(fault.Done, "", nil))
		_, got, _ := strings.Cut(warned(), " of the ")
		if len(l.told) != tt.attempts || strings.TrimPrefix(tt.want, "of the ") != got {
			t.Errorf("%v: %d attempts, %q", tt.statuses, len(l.told), warned())
		}
	}
}

func TestAFailedNotificationDoesNotPreventOthers(t *testing.T) {
	nobody := httptest.NewServer(http.NotFoundHandler())
	nobody.Close()
	l := listen(t, http.StatusOK)
	n, warned := notifier(t, nobody.URL+"/hush", strings.Replace(l.URL, "//", "//me:word@", 1)+"/hush")
	n.End(t.Context(), report(fault.Failed, "", nil))
	if len(l.told) != 1 || !strings.Contains(l.told[0], " meword ") {
		t.Errorf("%q", l.told)
	}
	if got := warned(); strings.Contains(got, "hush") || !strings.Contains(got, "connection refused (3 attempts)") {
		t.Errorf("%q", got)
	}
}

// answers starts a server that answers every connection with the raw text that answer
// returns for the request.
func answers(t *testing.T, answer func(request string) string) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			request := make([]byte, 4096)
			n, _ := conn.Read(request)
			_, _ = io.WriteString(conn, answer(string(request[:n])))
			_ = conn.Close()
		}
	}()
	return "http://" + l.Addr().String()
}

func TestAnswersAreNotRepeated(t *testing.T) {
	for name, answer := range map[string]func(string) string{
		"echo":    func(request string) string { return request },
		"header":  func(request string) string { return "HTTP/1.1 200 OK\r\n" + request },
		"reason":  func(string) string { return "HTTP/1.1 404 hush\r\nContent-Length: 0\r\n\r\n" },
		"nothing": func(string) string { return "" },
		"version": func(request string) string { return "HTTP/hush " + request },
	} {
		n, warned := notifier(t, answers(t, answer)+"/hush")
		n.End(t.Context(), report(fault.Done, "", nil))
		if got := warned(); got == "" || strings.Contains(got, "hush") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestNoAnswer(t *testing.T) {
	release := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer s.Close()
	defer close(release)
	n, warned := notifier(t, s.URL+"/hush")
	n.timeout = 50 * time.Millisecond
	n.End(t.Context(), report(fault.Done, "", nil))
	if got := warned(); !strings.HasSuffix(got, " of the success: no answer within 50ms (3 attempts)") {
		t.Errorf("%q", got)
	}
}

func TestNoAttemptAfterTheContextIsDone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		cancel()
	}))
	defer s.Close()
	n, warned := notifier(t, s.URL+"/hush")
	n.pause = time.Hour
	n.End(ctx, report(fault.Done, "", nil))
	if got := warned(); !strings.Contains(got, " of the success: ") {
		t.Errorf("%q", got)
	}
}
