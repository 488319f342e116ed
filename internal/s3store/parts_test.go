package s3store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/minio/crc64nvme"
)

// cut returns the lengths of the parts of a stream, with a dot after the last part.
func cut(t *testing.T, r io.Reader, size, estimate int64) (lengths string, content []byte, err error) {
	t.Helper()
	parts := startParts(t.Context(), r, size, 2, estimate)
	var all []string
	for number := int32(1); ; number++ {
		p, err := parts.next(t.Context())
		if err != nil {
			return strings.Join(all, " "), content, err
		}
		if p.number != number || p.sum != crc64nvme.Checksum(p.data) {
			t.Errorf("part %d has number %d and sum %x", number, p.number, p.sum)
		}
		all = append(all, fmt.Sprint(len(p.data)))
		content = append(content, p.data...)
		parts.release(p.data)
		if p.last {
			return strings.Join(all, " ") + ".", content, nil
		}
	}
}

func TestParts(t *testing.T) {
	const size = 2 * firstBuffer
	for _, tt := range []struct {
		length   int
		estimate int64
		want     string
	}{
		{0, 0, "0."}, {1, 0, "1."}, {size - 1, 0, "524287."}, {size, 0, "524288."}, {size + 1, 0, "524288 1."},
		{3 * size, 0, "524288 524288 524288."}, {3 * size, 5 * size, "524288 524288 524288."},
	} {
		data := bytes.Repeat([]byte("hectl"), tt.length/5+1)[:tt.length]
		for name, r := range map[string]io.Reader{
			"whole": bytes.NewReader(data), "in pieces": iotest.HalfReader(bytes.NewReader(data)), "with io.EOF": iotest.DataErrReader(bytes.NewReader(data)),
		} {
			lengths, content, err := cut(t, r, size, tt.estimate)
			if lengths != tt.want || !bytes.Equal(content, data) || err != nil {
				t.Errorf("%d bytes, %s: %s, %v", tt.length, name, lengths, err)
			}
		}
	}
}

// A stream that fails has no last part, even if it fails at the end of a part.
func TestPartsOfAFailingStream(t *testing.T) {
	failed := errors.New("pg_dump failed")
	for _, length := range []int{0, firstBuffer, 2 * firstBuffer, 3 * firstBuffer} {
		r := io.MultiReader(bytes.NewReader(make([]byte, length)), iotest.ErrReader(failed))
		if lengths, _, err := cut(t, r, 2*firstBuffer, 0); !errors.Is(err, failed) || strings.HasSuffix(lengths, ".") {
			t.Errorf("%d bytes: %s, %v", length, lengths, err)
		}
	}
}
