package notify

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestTargets(t *testing.T) {
	for text, want := range map[string]struct {
		kind                    kind
		start, success, failure string // addresses; "" for no notification
	}{
		"https://a.example/hook?k=1":            {webhook, "", "https://a.example/hook?k=1", "https://a.example/hook?k=1"},
		"failure+https://a.example/hook":        {webhook, "", "", "https://a.example/hook"},
		"success+http://127.0.0.1:8080/hook":    {webhook, "", "http://127.0.0.1:8080/hook", ""},
		"https://hooks.slack.com/services/T/B":  {slack, "", "https://hooks.slack.com/services/T/B", "https://hooks.slack.com/services/T/B"},
		"failure+https://hooks.slack.com/s/T":   {slack, "", "", "https://hooks.slack.com/s/T"},
		"slack+failure+https://chat.example/h":  {slack, "", "", "https://chat.example/h"},
		"HTTPS://hc-ping.com/uuid":              {healthchecks, "https://hc-ping.com/uuid/start", "https://hc-ping.com/uuid", "https://hc-ping.com/uuid/fail"},
		"hc+https://c.example/ping/k/s?create=": {healthchecks, "https://c.example/ping/k/s/start?create=", "https://c.example/ping/k/s?create=", "https://c.example/ping/k/s/fail?create="},
		"hc+http://[::1]/uuid/":                 {healthchecks, "http://[::1]/uuid/start", "http://[::1]/uuid/", "http://[::1]/uuid/fail"},
		"failure+https://hc-ping.com/uuid":      {healthchecks, "", "", "https://hc-ping.com/uuid/fail"},
	} {
		target, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		told := func(e event) string {
			if !target.wants(e) {
				return ""
			}
			return target.address(e)
		}
		if target.kind != want.kind || told(start) != want.start || told(success) != want.success || told(failure) != want.failure {
			t.Errorf("%s: %s, %q, %q, %q", text, target.kind, told(start), told(success), told(failure))
		}
	}
}

func TestSecretsOfURLsAreNotShown(t *testing.T) {
	target, err := Parse("slack+https://hush:hush@a.example:8443/hush?hush=hush#hush")
	if err != nil {
		t.Fatal(err)
	}
	if got := target.String(); got != "https://a.example:8443" {
		t.Error(got)
	}
	for _, text := range []string{
		"", "hush", "hush.example/hush", "https:///hush", "https://a.example/hush%zz", "https://a.example:hush/", "//a.example/hush",
		"http://a.example/hush", "ftp://a.example/hush", "hush+https://a.example/hush", "slack+hc+https://a.example/hush",
		"failure+success+https://a.example/hush", "slack+https+https://a.example/hush", "http://127.0.0.1.example/hush",
	} {
		_, err := Parse(text)
		if fault.CodeOf(err) != fault.Usage || strings.Contains(err.Error(), "hush") || len(fault.Hints(err)) != 1 {
			t.Errorf("%s: %v", text, err)
		}
	}
}
