package config

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestAccessPointARN(t *testing.T) {
	for _, text := range []string{
		"arn:aws:s3:us-east-1:123456789012:accesspoint/our-dumps",
		"s3://arn:aws:s3:us-east-1:123456789012:accesspoint/our-dumps/app",
		"s3://arn:aws-cn:s3:cn-north-1:123456789012:accesspoint:our-dumps",
	} {
		_, err := load(t, nil).Bucket(Flags{"bucket": text})
		hints := strings.Join(fault.Hints(err), "\n")
		if fault.CodeOf(err) != fault.Usage || !strings.Contains(hints, "get-access-point --account-id 123456789012 --name our-dumps ") {
			t.Errorf("%s: %v, hints %q", text, err, hints)
		}
	}
}
