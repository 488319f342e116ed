package restore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestParts(t *testing.T) {
	const mib = 1 << 20
	for _, tt := range []struct {
		block, all int64
		jobs, want int
	}{
		{4 * mib, 4 * mib, 8, 1}, // not worth it
		{100 * mib, 100 * mib, 8, 8},
		{100 * mib, 100 * mib, 1, 1},
		{90 * mib, 100 * mib, 2, 2},
		{40 * mib, 100 * mib, 2, 1},
		{40 * mib, 100 * mib, 8, 3},
		{10 * mib, 1000 * mib, 8, 1},
	} {
		if got := parts(tt.block, tt.all, tt.jobs); got != tt.want {
			t.Errorf("%d of %d bytes, %d jobs: %d", tt.block, tt.all, tt.jobs, got)
		}
	}
}

// dealAll returns the chunks of data.
func dealAll(t *testing.T, data io.Reader) ([]string, error) {
	t.Helper()
	chunks := make(chan []byte)
	failed := make(chan error, 1)
	go func() {
		err := deal(t.Context(), data, chunks)
		close(chunks)
		failed <- err
	}()
	var all []string
	for c := range chunks {
		all = append(all, string(c))
	}
	return all, <-failed
}

func TestDeal(t *testing.T) {
	var long strings.Builder
	for i := range 70_000 {
		fmt.Fprintf(&long, "%d\tsome \\\\. text, \\n and so on\n", i)
	}
	for name, rows := range map[string]string{
		"none":              "",
		"one":               "1\ta\n",
		"empty lines":       "\n\n\n",
		"a backslash":       "\\\\.\n\\\\\n",
		"many":              long.String(),
		"longer than chunk": strings.Repeat("x", 3*chunkSize) + "\n" + strings.Repeat("y", chunkSize) + "\n1\n",
		"ends with chunk":   strings.Repeat(strings.Repeat("z", 1023)+"\n", chunkSize>>10),
		"break after chunk": strings.Repeat("z", chunkSize) + "\n",
		"almost":            strings.Repeat("z", chunkSize-2) + "\n",
		"almost by one":     strings.Repeat("z", chunkSize-1) + "\n",
		"almost by three":   strings.Repeat("z", chunkSize-4) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			chunks, err := dealAll(t, strings.NewReader(rows+"\\.\n\n\n"))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(chunks, ""); got != rows {
				t.Errorf("%d bytes became %d", len(rows), len(got))
			}
			for i, c := range chunks {
				if !strings.HasSuffix(c, "\n") {
					t.Errorf("chunk %d of %d ends within a row", i, len(chunks))
				}
			}
		})
	}
}

// What is wrong at the very end, such as a checksum, is an error all the same.
func TestDealReadsToTheEnd(t *testing.T) {
	damaged := errors.New("damaged")
	data := io.MultiReader(strings.NewReader("1\n\\.\n\n\n"), iotest.ErrReader(damaged))
	if _, err := dealAll(t, data); !errors.Is(err, damaged) {
		t.Errorf("got %v", err)
	}
}

func TestDealt(t *testing.T) {
	chunks := make(chan []byte, 2)
	chunks <- []byte("1\n2\n")
	chunks <- []byte("3\n")
	close(chunks)
	var got bytes.Buffer
	if _, err := io.Copy(&got, iotest.OneByteReader(&dealt{ctx: t.Context(), chunks: chunks})); err != nil || got.String() != "1\n2\n3\n" {
		t.Errorf("got %q, %v", &got, err)
	}

	stopped := errors.New("stopped")
	ctx, stop := context.WithCancelCause(t.Context())
	stop(stopped)
	if _, err := (&dealt{ctx: ctx, chunks: make(chan []byte)}).Read(make([]byte, 1)); !errors.Is(err, stopped) {
		t.Errorf("got %v", err)
	}
}
