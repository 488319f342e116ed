package s3store

import (
	"math/rand/v2"
	"testing"

	"github.com/minio/crc64nvme"
)

func TestCombine(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	data := make([]byte, 300_000)
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	want := crc64nvme.Checksum(data)
	for _, cut := range []int{0, 1, 2, 7, 8, 255, 256, 65_537, len(data) / 2, len(data) - 1, len(data)} {
		a, b := data[:cut], data[cut:]
		if got := combine(crc64nvme.Checksum(a), crc64nvme.Checksum(b), int64(len(b))); got != want {
			t.Errorf("cut at %d: %x, want %x", cut, got, want)
		}
	}
	var sum uint64 // checksum of no data
	for at := 0; at < len(data); {
		n := min(1+random.IntN(40_000), len(data)-at)
		sum = combine(sum, crc64nvme.Checksum(data[at:at+n]), int64(n))
		at += n
	}
	if sum != want {
		t.Errorf("in many pieces: %x, want %x", sum, want)
	}
}
