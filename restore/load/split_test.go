package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rubyforgood/hectl/mask/rows"
)

func TestParts(t *testing.T) {
	const mib = 1 << 20
	for _, tt := range []struct {
		block, all int64
		jobs, want int
	}{
		{4 * mib, 4 * mib, 8, 1}, // too small to split
		{100 * mib, 100 * mib, 8, 8},
		{100 * mib, 100 * mib, 1, 1},
		{90 * mib, 100 * mib, 2, 2},
		{40 * mib, 100 * mib, 2, 1},
		{40 * mib, 100 * mib, 8, 3},
		{10 * mib, 1000 * mib, 8, 1},
	} {
		if got := sessionsFor(tt.block, tt.all, tt.jobs); got != tt.want {
			t.Errorf("%d of %d bytes, %d jobs: %d", tt.block, tt.all, tt.jobs, got)
		}
	}
}

// dealAll returns the chunks of data.
func dealAll(t *testing.T, data io.Reader) ([]string, error) {
	t.Helper()
	chunks := make(chan chunk)
	failed := make(chan error, 1)
	go func() {
		err := deal(t.Context(), data, chunks)
		close(chunks)
		failed <- err
	}()
	var all []string
	for c := range chunks {
		if before := strings.Count(strings.Join(all, ""), "\n"); c.before != int64(before) {
			t.Errorf("a chunk comes after %d rows, not %d", before, c.before)
		}
		rows := string(c.rows)
		if c.goesOn != nil {
			for piece := range c.goesOn {
				rows += string(piece)
			}
		}
		all = append(all, rows)
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
		"very long":         strings.Repeat("x", 7*chunkSize+5) + "\n" + strings.Repeat("y", 5*chunkSize-1) + "\n" + strings.Repeat("z", 2*chunkSize) + "\n",
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

// An error at the very end, such as a wrong checksum, is still an error.
func TestDealReadsToTheEnd(t *testing.T) {
	damaged := errors.New("damaged")
	data := io.MultiReader(strings.NewReader("1\n\\.\n\n\n"), iotest.ErrReader(damaged))
	if _, err := dealAll(t, data); !errors.Is(err, damaged) {
		t.Errorf("got %v", err)
	}
}

// A row longer than a chunk is sent before its end has arrived.
func TestDealLongRow(t *testing.T) {
	data, in := io.Pipe()
	chunks := make(chan chunk)
	failed := make(chan error, 1)
	go func() {
		err := deal(t.Context(), data, chunks)
		close(chunks)
		failed <- err
	}()
	begun := make(chan struct{})
	go func() {
		_, err := io.WriteString(in, strings.Repeat("x", chunkSize))
		<-begun
		_, more := io.WriteString(in, strings.Repeat("y", 10*chunkSize)+"\n1\n\\.\n\n\n")
		_ = in.CloseWithError(errors.Join(err, more)) // never fails
	}()
	d := &dealt{ctx: t.Context(), chunks: chunks}
	first := make([]byte, chunkSize)
	if _, err := io.ReadFull(d, first); err != nil || first[0] != 'x' {
		t.Fatal(err)
	}
	close(begun)
	rest, err := io.ReadAll(d)
	if want := 10*chunkSize + len("\n1\n"); err != nil || len(rest) != want {
		t.Errorf("%d bytes, not %d, %v", len(rest), want, err)
	}
	if err := <-failed; err != nil {
		t.Error(err)
	}
}

func TestDealt(t *testing.T) {
	chunks := make(chan chunk, 2)
	chunks <- chunk{rows: []byte("1\n2\n")}
	chunks <- chunk{rows: []byte("3\n"), before: 2}
	close(chunks)
	var got bytes.Buffer
	if _, err := io.Copy(&got, iotest.OneByteReader(&dealt{ctx: t.Context(), chunks: chunks})); err != nil || got.String() != "1\n2\n3\n" {
		t.Errorf("got %q, %v", &got, err)
	}

	stopped := errors.New("stopped")
	ctx, stop := context.WithCancelCause(t.Context())
	stop(stopped)
	if _, err := (&dealt{ctx: ctx, chunks: make(chan chunk)}).Read(make([]byte, 1)); !errors.Is(err, stopped) {
		t.Errorf("got %v", err)
	}
}

func TestDealtMasked(t *testing.T) {
	refused := errors.New("refused")
	table := tableCopy{mask: &rows.Table{Name: "public.t", Columns: []rows.Column{{Name: "a", Method: func(dst, value, _ []byte) ([]byte, bool, error) {
		if string(value) == "bad" {
			return dst, false, refused
		}
		return append(append(dst, value...), "masked"...), false, nil
	}}}}}
	chunks := make(chan chunk, 3)
	chunks <- chunk{rows: []byte("1\n2\n"), before: 0}
	chunks <- chunk{rows: []byte("3\n"), before: 2}
	chunks <- chunk{rows: []byte("4\nbad\n"), before: 70}
	close(chunks)
	var got bytes.Buffer
	_, err := io.Copy(&got, &dealt{ctx: t.Context(), chunks: chunks, into: table})
	if got.String() != "1masked\n2masked\n3masked\n" {
		t.Errorf("got %q", &got)
	}
	if !isMaskError(err) || !errors.Is(err, refused) || err.Error() != "public.t: row 72: column a: refused" {
		t.Errorf("got %v", err)
	}
}
