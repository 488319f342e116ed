package doctor

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/finding"
)

// writers records which buckets are checked for writing.
type writers struct {
	Backups
	checked []string
	rules   []string // buckets
}

func (w *writers) CheckWriter(_ context.Context, _ *finding.List, about string, writer Writer) {
	w.checked = append(w.checked, about)
	if writer.Needed {
		w.checked = append(w.checked, "needed")
	}
}

func (w *writers) CheckBucketRules(_ context.Context, _ *finding.List, _ string, _ *config.Sources, writer Writer) {
	w.rules = append(w.rules, writer.Bucket.Name)
}

// lists starts a store that answers each listing with a status.
func lists(t *testing.T, status int) config.Bucket {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		code := map[int]string{http.StatusForbidden: "AccessDenied", http.StatusNotFound: "NoSuchBucket"}[status]
		if code == "" {
			_, _ = io.WriteString(w, `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated></ListBucketResult>`)
			return
		}
		_, _ = io.WriteString(w, `<Error><Code>`+code+`</Code><Message>no</Message></Error>`)
	}))
	t.Cleanup(server.Close)
	return config.Bucket{
		Name: "dumps", Region: "us-east-1", EndpointURL: server.URL,
		Keys: config.Keys{AccessKeyID: "id", SecretAccessKey: "key", Origin: "a test"},
	}
}

// newDoctor returns a doctor on a machine with this role.
func newDoctor(t *testing.T, role role) (*doctor, *writers) {
	t.Helper()
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_ENDPOINT_URL"} {
		t.Setenv(name, "")
	}
	w := &writers{}
	env := &command.Env{Console: console.New(console.Options{Stdout: io.Discard, Stderr: t.Output(), Now: time.Now}), Dir: t.TempDir()}
	return &doctor{env: env, backups: w, role: role}, w
}

// texts returns the findings of an area as "LEVEL TEXT".
func texts(found finding.List, about string) string {
	var lines []string
	for _, f := range found {
		if f.About == about {
			lines = append(lines, string(f.Level)+" "+f.Text)
		}
	}
	return strings.Join(lines, "\n")
}

func TestCheckBucket(t *testing.T) {
	laptop, server := role{fetches: true}, role{backsUp: true}
	for _, tt := range []struct {
		name    string
		role    role
		status  int
		masked  config.Bucket
		reached bool
		want    string // the beginning of the finding
		writers string
	}{
		{"a laptop that lists", laptop, http.StatusOK, config.Bucket{}, true, "ok s3://dumps can be listed", "bucket"},
		{"a server that lists", server, http.StatusOK, config.Bucket{}, true, "ok s3://dumps can be listed", "bucket needed"},
		{"a laptop for masked dumps", laptop, http.StatusForbidden, config.Bucket{Name: "masked"}, true, "ok s3://dumps cannot be listed", ""},
		{"a laptop without them", laptop, http.StatusForbidden, config.Bucket{}, false, "error ", ""},
		{"a server that only writes", server, http.StatusForbidden, config.Bucket{Name: "masked"}, false, "ok s3://dumps cannot be listed", "bucket needed"},
		{"a server that also fetches", role{true, true}, http.StatusForbidden, config.Bucket{}, false, "error ", ""},
		{"no such bucket", server, http.StatusNotFound, config.Bucket{}, false, "error ", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, w := newDoctor(t, tt.role)
			reached := d.checkBucket(t.Context(), nil, lists(t, tt.status), tt.masked, "production")
			if got := texts(d.found, "bucket"); reached != tt.reached || !strings.HasPrefix(got, tt.want) {
				t.Errorf("%t, %s", reached, got)
			}
			if got := strings.Join(w.checked, " "); got != tt.writers || len(w.rules) != min(1, len(got)) {
				t.Errorf("checked for writing: %q, rules of %q", got, w.rules)
			}
			if got := texts(d.found, "AWS"); !strings.HasPrefix(got, "ok access key id (a test)") {
				t.Errorf("credentials: %s", got)
			}
		})
	}
}

func TestCheckMasked(t *testing.T) {
	dumps := config.Bucket{Name: "dumps"}
	for _, tt := range []struct {
		name    string
		bucket  config.Bucket
		want    string
		writers string
	}{
		{"the bucket of the dumps", dumps, "error s3://dumps (from ) also holds the unmasked dumps", ""},
		{"another one", lists(t, http.StatusOK), "ok s3://dumps can be listed", "masked dumps needed"},
		{"one that does not exist", lists(t, http.StatusNotFound), "error s3://dumps (from ): there is no such bucket", ""},
		{"one that is denied", lists(t, http.StatusForbidden), "error ", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, w := newDoctor(t, role{backsUp: true})
			d.checkMasked(t.Context(), dumps, tt.bucket, "production")
			if got := texts(d.found, "masked dumps"); !strings.HasPrefix(got, tt.want) {
				t.Errorf("%s", got)
			}
			if got := strings.Join(w.checked, " "); got != tt.writers {
				t.Errorf("checked for writing: %q", got)
			}
		})
	}
}
