package commands

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// An existing object is never overwritten. Without permission to look, checkAbsent leaves
// the refusal to the upload.
func TestCheckAbsent(t *testing.T) {
	for status, want := range map[int]fault.Code{
		http.StatusOK: fault.Failed, http.StatusNotFound: fault.Done, http.StatusForbidden: fault.Done, http.StatusBadRequest: fault.Failed,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(server.Close)
		store, err := s3store.Open(t.Context(), s3store.Config{
			Bucket: "masked", Region: "us-east-1", EndpointURL: server.URL,
			Keys: s3store.Keys{AccessKeyID: "id", SecretAccessKey: "key", Origin: "a test"},
		})
		if err != nil {
			t.Fatal(err)
		}
		err = checkAbsent(t.Context(), store, "backups/x.rds.dump")
		if fault.CodeOf(err) != want {
			t.Errorf("%d: %v", status, err)
		}
		if exists := status == http.StatusOK; exists != (err != nil && strings.Contains(err.Error(), "s3://masked/backups/x.rds.dump already exists")) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestMaskedDumpText(t *testing.T) {
	t.Parallel()
	r := maskedDump{Dump: dump.Info{Name: "x.dump", Size: -1}, Bucket: "masked", Key: "k", Size: 9_500_000, Rules: "0123456789abcdef", Tables: 2}
	for dryRun, want := range map[bool][]string{
		true:  {"would mask x.dump into s3://masked/k", "--dry-run"},
		false: {"masked x.dump into s3://masked/k", "9.5 MB"},
	} {
		r.DryRun = dryRun
		for _, part := range append(want, "2 tables", "rules 0123456789ab") {
			if got := r.Text(); !strings.Contains(got, part) {
				t.Errorf("%q is not in %q", part, got)
			}
		}
	}
}

func TestShortVersion(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"15.18 (Debian 15.18-0+deb12u1)": "15.18", "17.2": "17.2", "": ""} {
		if got := shortVersion(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
