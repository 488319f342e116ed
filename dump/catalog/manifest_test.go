package catalog_test

import (
	"testing"

	"github.com/rubyforgood/hectl/dump/catalog"
)

func TestCompressionLevel(t *testing.T) {
	for compression, want := range map[string]int{
		"": 0, "none": 0, "gzip": 0, "lz4": 0, "zstd": 0, "0": 0, "1": 1, "9": 9, "gzip:6": 6, "zstd:3": 3, "zstd:19": 19,
		"zstd:level=7": 7, "zstd:level=19,long": 19, "zstd:long,level=4": 4, "zstd:long": 0, "lz4:level=9": 9,
	} {
		if got := (&catalog.Manifest{Compression: compression}).CompressionLevel(); got != want {
			t.Errorf("%q: %d instead of %d", compression, got, want)
		}
	}
}
