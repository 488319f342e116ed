package retention

import (
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/when"
)

func TestPromise(t *testing.T) {
	now := time.Date(2026, 11, 28, 5, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		p    Policy
		days int
		rule string
	}{
		{Policy{Min: 3}, 0, ""},
		{Policy{Last: 100, Min: 3}, 0, ""},
		{Policy{Last: Unlimited}, Forever, "last unlimited"},
		{Policy{Hourly: 30}, 2, "hourly 30"},
		{Policy{Hourly: 48, Daily: 14}, 14, "daily 14"},
		{Policy{Daily: 14, Weekly: 8}, 56, "weekly 8"},
		{Policy{Daily: 14, Monthly: 12}, 365, "monthly 12"},
		{Policy{Monthly: 12, Yearly: 3}, 1096, "yearly 3"}, // 2024 had a February 29
		{Policy{Daily: Unlimited, Yearly: 2}, Forever, "daily unlimited"},
		{Policy{Daily: 14, Within: when.Span{Days: 30}}, 30, "within 30d"},
	} {
		if days, rule := tt.p.Promise(now); days != tt.days || rule != tt.rule {
			t.Errorf("%s: %d, %q, want %d, %q", tt.p, days, rule, tt.days, tt.rule)
		}
	}
}
