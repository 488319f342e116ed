package s3store_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
)

func TestSumIsTheStores(t *testing.T) {
	b := newBench(t)
	data := content(2*part + 100)
	upload := func(key string, data []byte) s3store.Object {
		obj, err := b.store.Upload(t.Context(), key, bytes.NewReader(data), smallParts)
		if err != nil {
			t.Fatal(err)
		}
		return obj
	}
	for _, tt := range []struct {
		name, kind string
		obj        s3store.Object
		data       []byte
	}{
		{"of several parts", "CRC64NVME", upload("backups/large", data), data},
		{"of one", "CRC64NVME", upload("backups/small", data[:100]), data[:100]},
		{"which another client has put there", "CRC64NVME", b.put(t, "backups/put", data), data},
	} {
		t.Run(tt.name, func(t *testing.T) {
			details, err := b.store.Details(t.Context(), tt.obj)
			if err != nil {
				t.Fatal(err)
			}
			sum := details.Sum()
			if sum.Kind != tt.kind {
				t.Errorf("the kind is %q", sum.Kind)
			}
			if _, err := io.Copy(sum, pipeLike(tt.data)); err != nil || !sum.Matches() {
				t.Errorf("it does not match (%v)", err)
			}
			if sum.Expected() == "" || sum.Computed() != sum.Expected() {
				t.Errorf("expected %q, computed %q", sum.Expected(), sum.Computed())
			}
			other := details.Sum()
			changed := bytes.Clone(tt.data)
			changed[50] ^= 1
			if _, err := other.Write(changed); err != nil || other.Matches() || other.Computed() == other.Expected() {
				t.Errorf("another byte matches, too (%v)", err)
			}
		})
	}

	// A store without a CRC64NVME may have an MD5.
	sum := s3store.Details{Object: s3store.Object{ETag: "900150983cd24fb0d6963f7d28e17f72"}}.Sum()
	if _, err := io.WriteString(sum, "abc"); err != nil || sum.Kind != "MD5" || !sum.Matches() {
		t.Errorf("the MD5 of abc does not match (%v)", err)
	}
	// The ETag of an object under a KMS key is not an MD5.
	for _, d := range []s3store.Details{
		{Object: s3store.Object{ETag: "d41d8cd98f00b204e9800998ecf8427e"}, SSE: "aws:kms"},
		{Object: s3store.Object{ETag: "d41d8cd98f00b204e9800998ecf8427e-7"}},
		{Object: s3store.Object{ETag: ""}},
	} {
		if sum := d.Sum(); sum.Kind != "" || !sum.Matches() {
			t.Errorf("%+v has the checksum %q", d, sum.Kind)
		}
	}

	stale := b.put(t, "backups/x", []byte("one"))
	b.put(t, "backups/x", []byte("two"))
	_, err := b.store.Details(t.Context(), stale)
	wantFault(t, err, fault.Integrity, "look up s3://dumps/backups/x: the object was replaced while it was read", "start again with the new object")
}
