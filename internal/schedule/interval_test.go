package schedule

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
)

func TestNewInterval(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		every          time.Duration
		at             string
		cron, calendar string
	}{
		{4 * time.Hour, "", "0 */4 * * *", "*-*-* 00/4:00:00"},
		{4 * time.Hour, "00:30", "30 */4 * * *", "*-*-* 00/4:30:00"},
		{4 * time.Hour, "22:05", "5 2-23/4 * * *", "*-*-* 02/4:05:00"},
		{12 * time.Hour, "2:30", "30 2-23/12 * * *", "*-*-* 02/12:30:00"},
		{24 * time.Hour, "", "0 0 * * *", "*-*-* 00:00:00"},
		{24 * time.Hour, "23:59", "59 23 * * *", "*-*-* 23:59:00"},
		{time.Hour, "", "0 * * * *", "*-*-* 00/1:00:00"},
		{time.Hour, "13:20", "20 * * * *", "*-*-* 00/1:20:00"},
		{15 * time.Minute, "", "*/15 * * * *", "*-*-* *:00/15:00"},
		{15 * time.Minute, "13:20", "5-59/15 * * * *", "*-*-* *:05/15:00"},
		{time.Minute, "13:20", "* * * * *", "*-*-* *:00/1:00"},
	} {
		r, err := NewInterval(tt.every, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if r.cron() != tt.cron || r.calendar() != tt.calendar {
			t.Errorf("%s at %q: cron %q, calendar %q; want %q, %q", tt.every, tt.at, r.cron(), r.calendar(), tt.cron, tt.calendar)
		}
	}
}

func TestNewIntervalRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		every    time.Duration
		at, want string
	}{
		{90 * time.Minute, "", "use the nearest interval: 1h or 2h"},
		{5 * time.Hour, "", "use the nearest interval: 4h or 6h"},
		{45 * time.Minute, "", "use the nearest interval: 30m or 1h"},
		{48 * time.Hour, "", "use the nearest interval: 24h"},
		{30 * time.Second, "", "use the nearest interval: 1m"},
		{0, "", "use the nearest interval: 1m"},
		{-time.Hour, "", "use the nearest interval: 1m"},
		{4*time.Hour + time.Second, "", "use the nearest interval: 4h or 6h"},
		{4 * time.Hour, "24:00", "give a time such as"},
		{4 * time.Hour, "2", "give a time such as"},
		{4 * time.Hour, "02:60", "give a time such as"},
		{4 * time.Hour, "02:30\n* * * * * root", "give a time such as"},
	} {
		_, err := NewInterval(tt.every, tt.at)
		if fault.CodeOf(err) != fault.Usage || !strings.Contains(strings.Join(fault.Hints(err), ""), tt.want) {
			t.Errorf("%s at %q: %v, hints %q", tt.every, tt.at, err, fault.Hints(err))
		}
	}
}

func TestIntervals(t *testing.T) {
	t.Parallel()
	var got []string
	for _, d := range intervals() {
		got = append(got, text.Duration(d))
	}
	want := "1m 2m 3m 4m 5m 6m 10m 12m 15m 20m 30m 1h 2h 3h 4h 6h 8h 12h 24h"
	if !slices.Equal(got, strings.Fields(want)) {
		t.Errorf("%v", got)
	}
}
