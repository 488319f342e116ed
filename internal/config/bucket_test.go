package config

import (
	"fmt"
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

func TestAttachmentsBucket(t *testing.T) {
	file := map[string]string{"app/hectl.yml": "bucket: s3://dumps\nattachments_bucket: s3://from-file\n"}
	for _, tt := range []struct {
		name   string
		files  map[string]string
		env    []string
		flags  Flags
		want   string
		region string
	}{
		{name: "default", env: []string{"HECTL_BUCKET=s3://dumps"}, want: defaultAttachmentsBucket, region: "us-east-2"},
		{name: "file", files: file, want: "s3://from-file"},
		{name: "environment", files: file, env: []string{"HECTL_ATTACHMENTS_BUCKET=s3://from-env/copy"}, want: "s3://from-env/copy"},
		{name: "flag", files: file, env: []string{"HECTL_ATTACHMENTS_BUCKET=s3://from-env"}, flags: Flags{"attachments-bucket": "s3://from-flag"}, want: "s3://from-flag"},
	} {
		b, err := load(t, tt.files, tt.env...).AttachmentsBucket(tt.flags)
		if err != nil || b.String() != tt.want || b.Region != tt.region {
			t.Errorf("%s: got %s in %q, %v; want %s in %q", tt.name, b, b.Region, err, tt.want, tt.region)
		}
	}
}

func bucket(s *Sources, f Flags) error { _, err := s.Bucket(f); return err }

func TestKeysOfDotenv(t *testing.T) {
	const file = "AWS_ACCESS_KEY_ID=id\nAWS_SECRET_ACCESS_KEY='hu$h'\n"
	for _, tt := range []struct {
		name, file, yml string
		env             []string
		flags           Flags
		want            string // profile, key, secret, token
		err             string
	}{
		{name: "keys", file: file, want: " id hu$h "},
		{name: "a token", file: file + "AWS_SESSION_TOKEN=t\n", want: " id hu$h t"},
		{name: "the environment's", file: file, env: []string{"AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b"}, want: "   "},
		{name: "no token for the environment's", file: "AWS_SESSION_TOKEN=t\n", env: []string{"AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b"}, want: "   "},
		{name: "half of the environment's", file: file, env: []string{"AWS_ACCESS_KEY_ID=a"}, want: " a hu$h "},
		{name: "a profile of the environment", file: file, env: []string{"AWS_PROFILE=p"}, want: " id hu$h "},
		{name: "a profile of a flag", file: file, flags: Flags{"profile": "p"}, want: "p   "},
		{name: "a profile of hectl.yml", file: file, yml: "profile: p\n", want: "p   "},
		{name: "a profile", file: "AWS_PROFILE=p\n", want: "p   "},
		{name: "a profile and keys", file: file + "AWS_PROFILE=p\n", want: " id hu$h "},
		{name: "a profile below the environment's keys", file: "AWS_PROFILE=p\n", env: []string{"AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b"}, want: "   "},
		{name: "a profile below the environment's", file: "AWS_PROFILE=p\n", env: []string{"AWS_PROFILE=q"}, want: "   "},
		{name: "half", file: "AWS_ACCESS_KEY_ID=id\n", err: "AWS_ACCESS_KEY_ID in .env is set, but not AWS_SECRET_ACCESS_KEY"},
		{name: "the other half", file: "AWS_SECRET_ACCESS_KEY=hu$h\n", err: "AWS_SECRET_ACCESS_KEY in .env is set, but not AWS_ACCESS_KEY_ID"},
		{name: "empty", file: "AWS_ACCESS_KEY_ID=\nAWS_SECRET_ACCESS_KEY=\nAWS_PROFILE=\n", want: "   "},
		{name: "no endpoint", file: "AWS_ENDPOINT_URL=https://evil\nAWS_ENDPOINT_URL_S3=https://evil\nAWS_CONFIG_FILE=x\n", want: "   "},
	} {
		b, err := load(t, map[string]string{"app/deep/.env": tt.file, "app/deep/hectl.yml": tt.yml}, tt.env...).Bucket(tt.flags)
		if tt.err != "" {
			if fault.CodeOf(err) != fault.Denied || !strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "hu$h") {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		got := strings.Join([]string{b.Profile, b.Keys.AccessKeyID, b.Keys.SecretAccessKey, b.Keys.SessionToken}, " ")
		if err != nil || got != tt.want || b.EndpointURL != "" {
			t.Errorf("%s: %q, %q, %v", tt.name, got, b.EndpointURL, err)
		}
		if printed := fmt.Sprintf("%v %+v %#v", b.Keys, b, []Bucket{b}); strings.Contains(printed, "hu$h") {
			t.Errorf("%s: printed as %s", tt.name, printed)
		}
	}
}
