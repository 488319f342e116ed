package backup

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/backup/retention"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/when"
)

// settingsOf returns the settings of a hectl.yml.
func settingsOf(t *testing.T, yml string) *config.Sources {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "hectl.yml"), []byte(yml), 0o600); err != nil {
		t.Fatal(err)
	}
	settings, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return settings
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		yml   string
		flags config.Flags
		want  retention.Policy
	}{
		{"keep: {last: 6, daily: 14, within: 2d}", nil, retention.Policy{Last: 6, Daily: 14, Within: when.Span{Days: 2}, Min: 3}},
		{"keep: {last: 6, daily: 14}", config.Flags{"keep-daily": "7", "keep-hourly": "1", "keep-weekly": "2", "keep-monthly": "3", "keep-yearly": "unlimited", "keep-min": "1"},
			retention.Policy{Last: 6, Hourly: 1, Daily: 7, Weekly: 2, Monthly: 3, Yearly: retention.Unlimited, Min: 1}},
	} {
		got, err := requirePolicy(settingsOf(t, tt.yml), tt.flags)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s, %v: %v, -want +got:\n%s", tt.yml, tt.flags, err, diff)
		}
	}
}

func TestPolicyRefused(t *testing.T) {
	t.Parallel()
	for _, flags := range []config.Flags{
		{"keep-last": "x"}, {"keep-within": "2"}, {"keep-last": "1", "keep-min": "0"}, {"keep-last": "1", "keep-min": "x"},
	} {
		if _, err := parsePolicy(settingsOf(t, ""), flags); fault.CodeOf(err) != fault.Usage || len(fault.Hints(err)) == 0 {
			t.Errorf("%v: %v", flags, err)
		}
	}
	// Without a rule, hectl must remove nothing: a minimum is not a rule.
	for _, flags := range []config.Flags{nil, {"keep-min": "5"}, {"keep-last": "0"}} {
		if _, err := requirePolicy(settingsOf(t, ""), flags); fault.CodeOf(err) != fault.Usage {
			t.Errorf("%v: %v", flags, err)
		}
		if err := CheckKeep(settingsOf(t, "")); err != nil {
			t.Error(err)
		}
	}
}
