package text_test

import (
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/text"
)

func TestText(t *testing.T) {
	east := time.FixedZone("", 2*3600)
	for _, tt := range []struct{ got, want string }{
		{text.Minute(time.Date(2026, 11, 23, 10, 30, 59, 0, east)), "2026-11-23 08:30 UTC"},
		{text.Seconds(61.26).String(), "1m1.3s"},
		{text.Size(1500), "1.5 kB"},
		{text.Size(0), "0 B"},
		{text.Size(-1), "size unknown"},
		{text.Count(0, "table"), "0 tables"},
		{text.Count(1, "table"), "1 table"},
		{text.Count(2, "temporary database"), "2 temporary databases"},
		{text.Count(2, "masked copy"), "2 masked copies"},
		{text.List([]string{"a", "b", "c"}, 3), "a, b, c"},
		{text.List([]string{"a", "b", "c", "d"}, 3), "a, b, c and 1 more"},
		{text.List(nil, 3), ""},
		{text.Duration(3 * time.Hour), "3h"},
		{text.Duration(90 * time.Minute), "1h30m"},
		{text.Duration(10 * time.Minute), "10m"},
		{text.Duration(90 * time.Second), "1m30s"},
		{text.Duration(3 * time.Second), "3s"},
		{text.Duration(time.Hour + time.Second), "1h0m1s"},
		{text.Duration(0), "0s"},
		{text.Age(59 * time.Second), "now"},
		{text.Age(time.Minute), "1 min"},
		{text.Age(59*time.Minute + 59*time.Second), "59 min"},
		{text.Age(time.Hour), "1 h"},
		{text.Age(47*time.Hour + 59*time.Minute), "47 h"},
		{text.Age(48 * time.Hour), "2 days"},
		{text.Table([][]string{{"", "SIZE", "WHY"}, {"keep", "1 kB", ""}, {"x", "22 kB", "y"}}), "      SIZE   WHY\nkeep  1 kB\nx     22 kB  y\n"},
		{text.Table(nil), ""},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
