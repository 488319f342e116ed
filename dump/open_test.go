package dump

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

var errSignal = errors.New("a signal")

const wholeDump = "../pgtools/archive/testdata/17-none-pipe.archive"

// endsSoon runs f with a context that ends after a moment.
func endsSoon(t *testing.T, f func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(errSignal) })
	ended := make(chan error, 1)
	go func() { ended <- f(ctx) }()
	select {
	case err := <-ended:
		if !errors.Is(err, errSignal) {
			t.Errorf("the error is %v", err)
		}
		if fault.CodeOf(err) != fault.Failed {
			t.Errorf("%v has code %d of its own", err, fault.CodeOf(err))
		}
	case <-time.After(10 * time.Second):
		t.Error("it hangs")
	}
}

// stalled returns a reader of data that blocks after the last byte.
func stalled(t *testing.T, data []byte) io.Reader {
	t.Helper()
	r, w := io.Pipe()
	t.Cleanup(func() { _ = w.Close() })
	return io.MultiReader(bytes.NewReader(data), r)
}

func readDump(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(wholeDump)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSourceThatStallsEndsWithTheContext(t *testing.T) {
	data := readDump(t)
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("no byte", func(t *testing.T) {
		endsSoon(t, func(ctx context.Context) error {
			_, err := pipe{stalled(t, nil)}.Open(ctx)
			return err
		})
	})
	t.Run("in the head", func(t *testing.T) {
		endsSoon(t, func(ctx context.Context) error {
			_, err := pipe{stalled(t, data[:100])}.Open(ctx)
			return err
		})
	})
	t.Run("in the data", func(t *testing.T) {
		endsSoon(t, func(ctx context.Context) error {
			d, err := pipe{stalled(t, data[:len(data)-10])}.Open(ctx)
			if err != nil {
				return err
			}
			_, err = io.Copy(io.Discard, d.Stream(ctx))
			return err
		})
	})
	t.Run("a FIFO without a writer", func(t *testing.T) {
		endsSoon(t, func(ctx context.Context) error {
			_, err := diskFile(fifo).Open(ctx)
			return err
		})
	})
	t.Run("a FIFO with a silent writer", func(t *testing.T) {
		w, err := os.OpenFile(fifo, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = w.Close() }()
		endsSoon(t, func(ctx context.Context) error {
			_, err := diskFile(fifo).Open(ctx)
			return err
		})
	})
}

func TestSourceStreamEndsWhenItIsClosed(t *testing.T) {
	data := readDump(t)
	d, err := pipe{stalled(t, data)}.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	body := d.Stream(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { _ = body.Close() })
	if _, err := io.Copy(io.Discard, body); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the error is %v", err)
	}
}

func TestSourceStreamIsTheWholeArchive(t *testing.T) {
	data := readDump(t)
	d, err := pipe{iotest.HalfReader(bytes.NewReader(data))}.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(d.Stream(t.Context()))
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes instead of %d, %v", len(got), len(data), err)
	}

	broken := errors.New("the network is down")
	d, err = pipe{io.MultiReader(bytes.NewReader(data), iotest.ErrReader(broken))}.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, d.Stream(t.Context())); !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
}

func TestSourceThatIsNoArchive(t *testing.T) {
	data := string(readDump(t))
	for _, tt := range []struct {
		name, data string
		code       fault.Code
		text, hint string
	}{
		{"gzip", "\x1f\x8b\x08\x00 and more", fault.Usage, "compressed with gzip", suggestCustom},
		{"tar", "toc.dat" + strings.Repeat("\x00", 500), fault.Usage, "tar format", suggestCustom},
		{"noise", "This is a text", fault.Usage, "PGDMP", suggestCustom},
		{"tiny", "hi", fault.Usage, "magic", suggestCustom},
		{"SQL", "--\n-- PostgreSQL database dump\n", fault.Usage, "SQL text", `restore it with "psql -f"`},
		{"directory's toc.dat", data[:10] + "\x03" + data[11:], fault.Usage, "directory format", suggestCustom},
		{"cut in the magic", data[:3], fault.Integrity, "", ""},
		{"cut in the header", data[:11], fault.Integrity, "", ""},
		{"cut in the head", data[:900], fault.Integrity, "", ""},
		{"empty", "", fault.Integrity, "it is empty", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "x.dump")
			if err := os.WriteFile(file, []byte(tt.data), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, s := range []Opener{diskFile(file), pipe{strings.NewReader(tt.data)}} {
				_, err := s.Open(t.Context())
				if err == nil || fault.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.text) {
					t.Errorf("code %d, %v", fault.CodeOf(err), err)
				}
				if hint := strings.Join(fault.Hints(err), "; "); hint != tt.hint {
					t.Errorf("the hint is %q", hint)
				}
			}
		})
	}
}

func TestSourceInTheBucketIsNeverAUsageFault(t *testing.T) {
	d := &Dump{Name: "s3://bucket/backups/production.dump"}
	for _, text := range []string{"\x1f\x8b\x08\x00 and more", "This is a text"} {
		err := d.readHead(t.Context(), strings.NewReader(text))
		if fault.CodeOf(err) != fault.Integrity || strings.Join(fault.Hints(err), "") != SuggestOlder {
			t.Errorf("code %d, hints %q: %v", fault.CodeOf(err), fault.Hints(err), err)
		}
	}
}

func TestSourceIsAFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "toc.dat"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := diskFile(dir).Open(t.Context())
	if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), "directory format") {
		t.Error(err)
	}
}
