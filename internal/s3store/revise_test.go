package s3store_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/minio/crc64nvme"

	"github.com/rubyforgood/hectl/test/s3test"
)

// revised is a stream whose first bytes are set after its end.
type revised struct {
	io.Reader
	head int64
	seen []int // lengths of the arguments of Revise
}

func (r *revised) Held() int64 { return r.head }

func (r *revised) Revise(head []byte) error {
	r.seen = append(r.seen, len(head))
	for i := range head {
		head[i] = 'H'
	}
	return nil
}

func TestUploadRevisesTheBeginning(t *testing.T) {
	server := s3test.New(t)
	store := server.Store(t, "revised")
	for _, tt := range []struct {
		name       string
		size, head int64
		want       int
	}{
		{"a single part", 1000, 100, 100},
		{"a head in the first of several parts", 3*part + 5, 100, 100},
		{"a head that ends with the first part", 3*part + 5, part, part},
		{"a head of several parts", 3*part + 5, part + 1, part + 1},
		{"a head that is all there is", 2*part + 5, math.MaxInt64, 2*part + 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := make([]byte, tt.size)
			for i := range data {
				data[i] = byte(i / 3)
			}
			r := &revised{Reader: bytes.NewReader(data), head: tt.head}
			key := strings.ReplaceAll(tt.name, " ", "-")
			obj, err := store.Upload(t.Context(), key, r, smallParts)
			if err != nil {
				t.Fatal(err)
			}
			copy(data, bytes.Repeat([]byte("H"), tt.want))
			got, err := server.Get(t.Context(), "revised", key)
			if err != nil || !bytes.Equal(got, data) || obj.Size != tt.size {
				t.Errorf("%d bytes came back, of %d (%v); equal: %v", len(got), tt.size, err, bytes.Equal(got, data))
			}
			if len(r.seen) != 1 || r.seen[0] != tt.want {
				t.Errorf("Revise was called with %d bytes, want %d", r.seen, tt.want)
			}
			sum, err := server.Checksum(t.Context(), "revised", key)
			if want := base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, crc64nvme.Checksum(data))); err != nil || sum != want {
				t.Errorf("the store's checksum is %q (%v), want %q", sum, err, want)
			}
		})
	}
}
