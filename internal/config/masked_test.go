package config

import "testing"

func TestMaskedBucket(t *testing.T) {
	file := map[string]string{"app/hectl.yml": "bucket: s3://dumps\nmasked_bucket: s3://from-file/people\nregion: eu-west-1\nprofile: team\n"}
	for _, tt := range []struct {
		name  string
		files map[string]string
		env   []string
		flags Flags
		want  Bucket
	}{
		{name: "nobody says it"},
		{name: "file", files: file, want: Bucket{Name: "from-file", Base: "people", Region: "eu-west-1", Profile: "team"}},
		{name: "environment", files: file, env: []string{"HECTL_MASKED_BUCKET=s3://from-env"}, want: Bucket{Name: "from-env", Region: "eu-west-1", Profile: "team"}},
		{name: "flag of backup", files: file, flags: Flags{"masked-to": "s3://from-flag"}, want: Bucket{Name: "from-flag", Region: "eu-west-1", Profile: "team"}},
		{name: "flag of mask", files: file, flags: Flags{"to": "s3://from-flag", "to-profile": "other", "to-endpoint-url": "http://127.0.0.1:9", "profile": "mine"},
			want: Bucket{Name: "from-flag", Region: "eu-west-1", Profile: "other", EndpointURL: "http://127.0.0.1:9"}},
		{name: "none for once", files: file, flags: Flags{"masked-to": "none"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := load(t, tt.files, tt.env...).MaskedBucket(tt.flags)
			if err != nil {
				t.Fatal(err)
			}
			got.Origin = ""
			if got != tt.want {
				t.Errorf("got %+v; want %+v", got, tt.want)
			}
		})
	}
	if _, err := load(t, nil).MaskedBucket(Flags{"to": "somewhere"}); err == nil || err.Error() != `bucket "somewhere" (from --to) is not of the form s3://NAME[/FOLDER]` {
		t.Errorf("err = %v", err)
	}
}
