package s3store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/test/s3test"
)

func TestWrongRegionIsFound(t *testing.T) {
	b := newBench(t)
	b.put(t, "backups/x", []byte("data"))
	for _, tt := range []struct {
		name string
		rule func()
	}{
		{"AuthorizationHeaderMalformed", func() {}}, // versitygw answers this itself
		{"301", func() {
			b.proxy.On(s3test.Is("ListObjectsV2", "PutObject"), s3test.Answer(301, "PermanentRedirect", "X-Amz-Bucket-Region", "us-east-1")).Times(1)
		}},
		{"400 to a HEAD", func() {
			b.proxy.On(s3test.Is("HeadObject"), s3test.Answer(400, "", "X-Amz-Bucket-Region", "us-east-1")).Times(1)
		}},
		{"400 to a HEAD without a body", func() {}}, // as versitygw does
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer b.proxy.Reset()
			tt.rule()
			verbs := []string{"list", "upload"}
			if strings.HasPrefix(tt.name, "400 to a HEAD") {
				verbs = []string{"look up"}
			}
			for _, verb := range verbs {
				var said []string
				s, err := s3store.Open(t.Context(), s3store.Config{
					Bucket: bucket, EndpointURL: b.proxy.URL, Region: "eu-west-3",
					Log: func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) },
				})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(s.Close)
				for range 2 {
					if err := operations[verb](t.Context(), s); err != nil {
						t.Error(err)
					}
					if verb == "upload" {
						b.wantContent(t, "backups/y", []byte("data"))
					}
					if err := b.Delete(t.Context(), bucket, "backups/y"); err != nil {
						t.Error(err)
					}
				}
				if len(said) != 1 || said[0] != "bucket dumps is in region us-east-1, not eu-west-3: repeating the request there" {
					t.Errorf("%s: said %q", verb, said)
				}
			}
		})
	}
}
