package dump

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestVerifiedReader(t *testing.T) {
	t.Parallel()
	data := readDump(t)
	good := dumpOf(t, data, true)
	largest := slices.MaxFunc(good.Blocks, func(a, b archive.Block) int { return cmp.Compare(a.Length, b.Length) })
	inBlock := largest.Offset + largest.Length/2
	flipped := func(at int64) []byte {
		bad := bytes.Clone(data)
		bad[at] ^= 1
		return bad
	}
	for _, tt := range []struct {
		name         string
		data         []byte
		withManifest bool
		want         string // "" means no error
	}{
		{"as it was", data, true, ""},
		{"without a manifest", data, false, ""},
		{"another head", flipped(20), true, "its table of contents changed while it was read"},
		{"another head, without a manifest", flipped(20), false, "its table of contents changed while it was read"},
		{"another byte of a block", flipped(inBlock), true, "does not match the manifest"},
		{"another byte of a block, without a checksum", flipped(inBlock), false, ""},
	} {
		d := dumpOf(t, data, tt.withManifest)
		got, err := io.ReadAll(NewVerifiedReader(iotest.HalfReader(bytes.NewReader(tt.data)), d, &s3store.Sum{}))
		if tt.want == "" {
			if err != nil || !bytes.Equal(got, tt.data) {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		if fault.CodeOf(err) != fault.Integrity || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// The store's checksum reveals that another object was read.
func TestVerifiedReaderOfAnotherObject(t *testing.T) {
	t.Parallel()
	data := readDump(t)
	for etag, ok := range map[string]bool{"d41d8cd98f00b204e9800998ecf8427e": false, "": true} {
		details := s3store.Details{Object: s3store.Object{ETag: etag}}
		r := NewVerifiedReader(bytes.NewReader(data), dumpOf(t, data, false), details.Sum())
		_, err := io.ReadAll(r)
		if (err == nil) != ok || !ok && fault.CodeOf(err) != fault.Integrity {
			t.Errorf("ETag %q: %v", etag, err)
		}
		if n, again := r.Read(make([]byte, 1)); !ok && (n != 0 || !errors.Is(again, err)) {
			t.Errorf("after the error: %d, %v", n, again)
		}
	}
}
