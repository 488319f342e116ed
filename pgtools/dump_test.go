package pgtools

import "testing"

func TestDefaultCompression(t *testing.T) {
	t.Parallel()
	if got := DefaultCompression(Tool{Version: Version{15, 0}}); got != "1" {
		t.Error(got)
	}
	if got := DefaultCompression(Tool{Version: Version{17, 0}, Zstd: true}); got != "zstd:3" {
		t.Error(got)
	}
}
