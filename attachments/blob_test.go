package attachments

import (
	"crypto/md5"
	"encoding/base64"
	"testing"
)

// Only an MD5 is compared: Rails may have stored a checksum of another kind.
func TestMD5Of(t *testing.T) {
	t.Parallel()
	sum := md5.Sum([]byte("x"))
	for text, want := range map[string]string{
		base64.StdEncoding.EncodeToString(sum[:]):                 string(sum[:]),
		base64.StdEncoding.EncodeToString(append(sum[:], sum[0])): "",
		"9dd4e461268c8034f5c8564e155c67a6":                        "", // hex
		"":                                                        "",
	} {
		if got := md5Of(text); string(got) != want {
			t.Errorf("%q: %x", text, got)
		}
	}
}
