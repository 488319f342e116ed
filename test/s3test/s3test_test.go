package s3test_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/rubyforgood/hectl/test/s3test"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStartAndStop(t *testing.T) {
	dir := t.TempDir()
	s, err := s3test.Start(t.Context(), s3test.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CreateBucket(t.Context(), "dumps"); err != nil {
		t.Error(err)
	}
	if err := s.Put(t.Context(), "dumps", "backups/x", []byte("data")); err != nil {
		t.Error(err)
	}
	for range 2 {
		s.Stop()
	}
	if conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://")); err == nil {
		_ = conn.Close()
		t.Error("the server still runs")
	}
	// A new server can serve the same files.
	if s, err = s3test.Start(t.Context(), s3test.Options{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	if data, err := s.Get(t.Context(), "dumps", "backups/x"); err != nil || string(data) != "data" {
		t.Errorf("Get = %q, %v", data, err)
	}
}

func TestStopRemovesItsFolder(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	s, err := s3test.Start(t.Context(), s3test.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.Stop()
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestServerEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, err := s3test.Start(ctx, s3test.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	s.Stop()
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	if _, err := s3test.Start(t.Context(), s3test.Options{Bin: "/bin/false"}); err == nil || !strings.Contains(err.Error(), "start versitygw: it has exited") {
		t.Errorf("err = %v", err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("PATH", "")
	if _, err := s3test.Start(t.Context(), s3test.Options{}); err == nil || !strings.Contains(err.Error(), "make test") {
		t.Errorf("err = %v", err)
	}
}

func TestUsersAndPermissions(t *testing.T) {
	s := s3test.New(t)
	store := s.Store(t, "dumps") // as the administrator
	if err := s.AddUser(t.Context(), "reader", "reader-secret", "user"); err != nil {
		t.Fatal(err)
	}
	if err := s.Allow(t.Context(), "dumps", "reader", "s3:GetObject", "s3:ListBucket"); err != nil {
		t.Fatal(err)
	}
	for _, err := range store.List(t.Context(), "") {
		t.Error(err)
	}
	if !slices.Contains(s.EnvAs("reader", "reader-secret"), "AWS_ACCESS_KEY_ID=reader") {
		t.Error(s.EnvAs("reader", "reader-secret"))
	}
}

func TestRules(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	}))
	defer target.Close()
	p := s3test.NewProxy(target.URL)
	defer p.Close()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	statuses := func(n int) (got []int) {
		for range n {
			resp, err := client.Post(p.URL, "text/plain", strings.NewReader("12345"))
			if err != nil {
				got = append(got, 0)
				continue
			}
			_, err = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			if err != nil {
				got = append(got, -1)
				continue
			}
			got = append(got, resp.StatusCode)
		}
		return got
	}
	post := func(r *http.Request) bool { return r.Method == http.MethodPost }
	for _, tt := range []struct {
		name string
		rule func() *s3test.Rule
		want []int
	}{
		{"none", func() *s3test.Rule { return p.On(s3test.Is("GetObject"), s3test.Answer(503, "SlowDown")) }, []int{200, 200, 200, 200, 200}},
		{"always", func() *s3test.Rule { return p.On(post, s3test.Answer(503, "SlowDown")) }, []int{503, 503, 503, 503, 503}},
		{"twice", func() *s3test.Rule { return p.On(post, s3test.Answer(503, "SlowDown")).Times(2) }, []int{503, 503, 200, 200, 200}},
		{"after one", func() *s3test.Rule { return p.On(post, s3test.Answer(503, "SlowDown")).After(1).Times(1) }, []int{200, 503, 200, 200, 200}},
		{"every second", func() *s3test.Rule { return p.On(post, s3test.Answer(503, "SlowDown")).Every(2) }, []int{200, 503, 200, 503, 200}},
		{"reset before", func() *s3test.Rule { return p.On(post, s3test.ResetRequest(2)).Times(1) }, []int{0, 200, 200, 200, 200}},
		{"reset after", func() *s3test.Rule { return p.On(post, s3test.ResetAfter()).Times(1) }, []int{0, 200, 200, 200, 200}},
		{"cut", func() *s3test.Rule { return p.On(post, s3test.ResetAnswer(2)).Times(1) }, []int{-1, 200, 200, 200, 200}},
		{"lost", func() *s3test.Rule { return p.On(post, s3test.LoseAnswer(500, "InternalError")).Times(1) }, []int{500, 200, 200, 200, 200}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer p.Reset()
			rule := tt.rule()
			got := statuses(5)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			hits := 0
			for _, status := range got {
				if status != 200 {
					hits++
				}
			}
			if rule.Hits() != hits {
				t.Errorf("Hits = %d, want %d", rule.Hits(), hits)
			}
		})
	}
	if p.Requests(nil) != 45 || p.Requests(post) != 45 || p.Sent() == 0 || p.Received() == 0 {
		t.Errorf("%d requests, %d bytes sent, %d received", p.Requests(nil), p.Sent(), p.Received())
	}
}

func TestOperation(t *testing.T) {
	for request, want := range map[string]string{
		"GET /b?list-type=2":             "ListObjectsV2",
		"GET /b?uploads":                 "ListMultipartUploads",
		"GET /b/k":                       "GetObject",
		"GET /b/k?uploadId=1":            "ListParts",
		"HEAD /b/k":                      "HeadObject",
		"PUT /b/k":                       "PutObject",
		"PUT /b/k?partNumber=1&uploadId": "UploadPart",
		"POST /b/k?uploads":              "CreateMultipartUpload",
		"POST /b/k?uploadId=1":           "CompleteMultipartUpload",
		"DELETE /b/k":                    "DeleteObject",
		"DELETE /b/k?uploadId=1":         "AbortMultipartUpload",
		"OPTIONS /b":                     "OPTIONS",
	} {
		method, target, _ := strings.Cut(request, " ")
		if got := s3test.Operation(httptest.NewRequest(method, target, http.NoBody)); got != want {
			t.Errorf("%s: %s, want %s", request, got, want)
		}
	}
}
