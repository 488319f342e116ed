package command

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
)

func TestPlainHTTP(t *testing.T) {
	for endpoint, want := range map[string]string{
		"": "", "https://store.example.com": "", "http://127.0.0.1:9000": "", "http://localhost:9000": "", "http://[::1]:9000": "",
		"http://store.localhost": "", "http://127.1.2.3": "", "http://[::ffff:127.0.0.1]:1": "",
		"http://store.example.com": "store.example.com", "http://10.0.0.5:9000": "10.0.0.5:9000", "HTTP://minio:9000/x": "minio:9000",
		"http://localhost.example.com": "localhost.example.com", "http://me:hush@store:9000": "store:9000", "http://[fd00::1]": "[fd00::1]",
	} {
		if host, plain := plainHTTP(endpoint); host != want || plain != (want != "") {
			t.Errorf("%s: %q, %v", endpoint, host, plain)
		}
	}
}

func TestPlainHTTPIsSaidOnce(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	for endpoint, want := range map[string]int{"http://me:hush@store.invalid": 1, "https://store.invalid": 0, "http://127.0.0.1:9": 0} {
		var stderr strings.Builder
		env := &Env{Console: console.New(console.Options{Stdout: io.Discard, Stderr: &stderr, Now: time.Now})}
		for range 2 {
			store, err := env.Open(t.Context(), config.Bucket{Name: "bucket", Region: "us-east-1", EndpointURL: endpoint})
			if err != nil {
				t.Fatal(err)
			}
			store.Close()
		}
		if got := strings.Count(stderr.String(), "is not encrypted"); got != want || strings.Contains(stderr.String(), "hush") {
			t.Errorf("%s: %q", endpoint, stderr.String())
		}
	}
}
