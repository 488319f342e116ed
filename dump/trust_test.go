package dump

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/config"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	masked := config.Bucket{Name: "masked"}
	made := &catalog.Manifest{Masked: true, MaskRules: "rules"}
	for _, tt := range []struct {
		name     string
		trust    Trust
		bucket   *config.Bucket
		manifest *catalog.Manifest
		want     bool
		why      string // "" means no reason
	}{
		{"by the rules, in its place", Trust{masked, "rules"}, &masked, made, true, ""},
		{"no manifest", Trust{masked, "rules"}, &masked, nil, false, ""},
		{"not masked", Trust{masked, "rules"}, &masked, &catalog.Manifest{MaskRules: "rules"}, false, ""},
		{"no masked bucket", Trust{Rules: "rules"}, &masked, made, false, "no masked bucket is configured"},
		{"from a file", Trust{masked, "rules"}, nil, made, false, "no masked bucket is configured"},
		{"in another bucket", Trust{masked, "rules"}, &config.Bucket{Name: "dumps"}, made, false, "it is in s3://dumps, not in the masked bucket s3://masked"},
		{"in a bucket of that name at another store", Trust{masked, "rules"}, &config.Bucket{Name: "masked", EndpointURL: "https://other"}, made, false, "it is in s3://masked, not in"},
		{"by other rules", Trust{masked, "newer"}, &masked, made, false, "by the rules rules, not by those of hectl.yml (newer)"},
		{"without rules", Trust{Bucket: masked}, &masked, &catalog.Manifest{Masked: true}, false, "not by those of hectl.yml"},
	} {
		d := &Dump{Manifest: tt.manifest, bucket: tt.bucket, Masked: true}
		why := tt.trust.Judge(d)
		if d.Masked != tt.want || (why == "") != (tt.why == "") || !strings.Contains(why, tt.why) {
			t.Errorf("%s: %t, %q", tt.name, d.Masked, why)
		}
	}
}
