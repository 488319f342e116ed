package attachments

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/finding"
)

// newEnv returns the environment of a command on a machine without AWS settings.
func newEnv(t *testing.T) *command.Env {
	t.Helper()
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_ENDPOINT_URL"} {
		t.Setenv(name, "")
	}
	return &command.Env{Console: newQuiet(t), Dir: t.TempDir()}
}

func newQuiet(t *testing.T) *console.Console {
	t.Helper()
	return console.New(console.Options{Stdout: io.Discard, Stderr: t.Output(), Now: time.Now})
}

// answering returns a bucket of a store that answers every request with an error code, or
// with an empty listing for "".
func answering(t *testing.T, code string) config.Bucket {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		switch code {
		case "":
			_, _ = io.WriteString(w, `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated></ListBucketResult>`)
			return
		case "NoSuchBucket":
			w.WriteHeader(http.StatusNotFound)
		default:
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = io.WriteString(w, `<Error><Code>`+code+`</Code><Message>no</Message></Error>`)
	}))
	t.Cleanup(server.Close)
	return config.Bucket{
		Name: "files", Origin: "a test", Region: "us-east-1", EndpointURL: server.URL,
		Keys: config.Keys{AccessKeyID: "id", SecretAccessKey: "key", Origin: "a test"},
	}
}

// Without attachments, hectl sends no request to the default bucket.
func TestCheck(t *testing.T) {
	env := newEnv(t)
	const ok, advice, failed = finding.OK, finding.Advice, finding.Error
	for _, tt := range []struct {
		name, code         string
		byDefault, expects bool
		want               finding.Level // "" for no finding
		text               string
	}{
		{"readable", "", false, false, ok, "s3://files can be listed"},
		{"cannot be listed", "AccessDenied", false, false, ok, "no permission to list s3://files, but fetch-attachments works without it"},
		{"missing", "NoSuchBucket", false, false, failed, "attachments bucket s3://files: there is no such bucket"},
		{"wrong keys", "InvalidAccessKeyId", false, true, failed, ""},
		{"by default and not needed", "NoSuchBucket", true, false, "", ""},
		{"by default and needed", "", true, true, ok, "s3://files can be listed"},
		{"by default and missing", "NoSuchBucket", true, true, advice, ""},
	} {
		b := answering(t, tt.code)
		if tt.byDefault {
			b.Origin = config.ByDefault
		}
		var f finding.List
		Check(t.Context(), &f, env, b, tt.expects)
		if tt.want == "" {
			if len(f) != 0 {
				t.Errorf("%s: %+v", tt.name, f)
			}
			continue
		}
		if len(f) != 1 || f[0].Level != tt.want || f[0].About != "attachments" || tt.text != "" && f[0].Text != tt.text {
			t.Errorf("%s: %+v", tt.name, f)
		}
	}
}
