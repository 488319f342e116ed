package s3store

import (
	"errors"
	"testing"

	"github.com/aws/smithy-go"
)

func TestParseSum(t *testing.T) {
	valid, crc32, text := encodeSum(1), "AAAAAQ==", "not base64"
	for name, tt := range map[string]struct{ header, want *string }{
		"none":           {nil, nil},
		"a CRC64NVME":    {&valid, &valid},
		"another length": {&crc32, nil},
		"no base64":      {&text, nil},
	} {
		if got := parseSum(tt.header); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if valid != "AAAAAAAAAAE=" {
		t.Errorf("a sum is encoded as %s", valid)
	}
}

func TestTryChecksums(t *testing.T) {
	refused := &smithy.GenericAPIError{Code: "NotImplemented"}
	denied := &smithy.GenericAPIError{Code: "AccessDenied"}
	for _, tt := range []struct {
		name          string
		with, without error
		want          error
		plain         bool // later requests have no checksums
		calls         int
	}{
		{"accepted", nil, nil, nil, false, 1},
		{"not supported", refused, nil, nil, true, 2},
		{"refused for another reason", refused, refused, refused, false, 2},
		{"another error", denied, nil, denied, false, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &Store{logf: t.Logf}
			calls := 0
			err := s.tryChecksums(func(with bool) error {
				calls++
				if with {
					return tt.with
				}
				return tt.without
			})
			if !errors.Is(err, tt.want) || s.plain.Load() != tt.plain || calls != tt.calls {
				t.Errorf("%v, plain %v, %d calls", err, s.plain.Load(), calls)
			}
			if !tt.plain {
				return
			}
			if err := s.tryChecksums(func(with bool) error {
				if with {
					t.Error("a later request has checksums")
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
}
