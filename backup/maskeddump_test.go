package backup

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

// fedDump returns a masked dump without a goroutine that masks: the test reads its input.
func fedDump(stallTimeout time.Duration) (*maskedDump, *io.PipeReader, chan error) {
	in, feed := io.Pipe()
	stopped := make(chan error, 1)
	d := &maskedDump{feed: feed, named: make(chan struct{}), ended: make(chan struct{}), of: maskedStream{label: "production", stallTimeout: stallTimeout}}
	d.cancel = func(cause error) {
		stopped <- cause
		_ = feed.CloseWithError(cause)
	}
	return d, in, stopped
}

// The masked dump must get the whole stream, including the part before its key was known.
func TestTee(t *testing.T) {
	t.Parallel()
	d, in, _ := fedDump(0)
	r := d.tee(iotest.OneByteReader(strings.NewReader("the archive")))
	read := make([]byte, 4)
	if _, err := io.ReadFull(r, read); err != nil || string(read) != "the " {
		t.Fatalf("%q, %v", read, err)
	}
	masked := make(chan string)
	go func() {
		all, _ := io.ReadAll(in)
		masked <- string(all)
	}()
	taken := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	d.begin(taken)
	rest, err := io.ReadAll(r)
	if err != nil || string(rest) != "archive" {
		t.Errorf("%q, %v", rest, err)
	}
	_ = d.feed.Close()
	if got := <-masked; got != "the archive" {
		t.Errorf("the masked dump got %q", got)
	}
	if d.key != "backups/production-20261123083000.rds.dump" || !d.taken.Equal(taken) {
		t.Errorf("key %s, taken %s", d.key, d.taken)
	}
}

// If the masked dump fails, the unmasked dump must continue.
func TestTeeOfAFailedMaskedDump(t *testing.T) {
	t.Parallel()
	d, in, _ := fedDump(0)
	d.begin(time.Time{})
	_ = in.CloseWithError(errors.New("a rule does not fit"))
	if all, err := io.ReadAll(d.tee(iotest.OneByteReader(strings.NewReader("the archive")))); err != nil || string(all) != "the archive" {
		t.Errorf("%q, %v", all, err)
	}
}

// If the masked dump accepts no data, it is abandoned and the unmasked dump must continue.
func TestTeeOfAStalledMaskedDump(t *testing.T) {
	t.Parallel()
	d, _, stopped := fedDump(10 * time.Millisecond)
	d.begin(time.Time{})
	if all, err := io.ReadAll(d.tee(strings.NewReader("the archive"))); err != nil || string(all) != "the archive" {
		t.Errorf("%q, %v", all, err)
	}
	if cause := <-stopped; fault.CodeOf(cause) != fault.Failed || !strings.Contains(cause.Error(), "masking accepted no data for 10ms") || len(fault.Hints(cause)) == 0 {
		t.Errorf("got %v", cause)
	}
}

func TestNoMaskedDump(t *testing.T) {
	t.Parallel()
	var plan *maskedDumpPlan
	d, err := plan.start(t.Context(), nil, maskedStream{})
	if d != nil || err != nil {
		t.Fatalf("%v, %v", d, err)
	}
	r := strings.NewReader("x")
	if d.tee(r) != io.Reader(r) {
		t.Error("the stream is copied")
	}
	d.begin(time.Time{})
	d.abandon()
	if result, err := d.finish(t.Context(), nil, nil); result != nil || err != nil {
		t.Errorf("%v, %v", result, err)
	}
}
