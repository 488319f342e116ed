package readers_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rubyforgood/hectl/internal/readers"
)

func TestFailing(t *testing.T) {
	f := &readers.Failing{Reader: strings.NewReader("rows")}
	if text, err := io.ReadAll(f); string(text) != "rows" || err != nil || f.Err != nil {
		t.Errorf("%q, %v, %v", text, err, f.Err)
	}
	failed := errors.New("reset")
	f = &readers.Failing{Reader: iotest.ErrReader(failed)}
	if _, err := io.ReadAll(f); !errors.Is(err, failed) || !errors.Is(f.Err, failed) {
		t.Errorf("%v, %v", err, f.Err)
	}
}

func TestUntil(t *testing.T) {
	why := errors.New("enough")
	ctx, stop := context.WithCancelCause(t.Context())
	r := readers.Until(ctx, strings.NewReader("rows"))
	if n, err := r.Read(make([]byte, 2)); n != 2 || err != nil {
		t.Error(n, err)
	}
	stop(why)
	if n, err := r.Read(make([]byte, 2)); n != 0 || !errors.Is(err, why) {
		t.Error(n, err)
	}
}
