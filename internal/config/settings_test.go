package config

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// docs/reference/settings.md lists every setting with its flag, variables, key in hectl.yml
// and default.
func TestSettingsPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/reference/settings.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string // flag, environment, key, default
	for line := range strings.Lines(string(text)) {
		if cells := strings.Split(strings.Trim(line, "|\n"), "|"); len(cells) == 5 {
			rows = append(rows, cells[1:])
		}
	}
	byFlag := func(flag string) []string {
		for _, cells := range rows {
			if strings.Contains(cells[0], "`--"+flag+"`") || strings.Contains(cells[0], "`--"+flag+" ") {
				return cells
			}
		}
		return nil
	}
	for _, s := range (&Sources{}).places() {
		cells := byFlag(s.flag)
		if cells == nil {
			t.Errorf("no row for --%s", s.flag)
			continue
		}
		for _, name := range s.env {
			if !strings.Contains(cells[1], "`"+name+"`") {
				t.Errorf("--%s: the row lacks %s", s.flag, name)
			}
		}
		// The default of --jobs depends on the machine.
		if s.fallback != "" && s.flag != "jobs" && !strings.Contains(cells[3], "`"+s.fallback+"`") {
			t.Errorf("--%s: the row lacks the default %s", s.flag, s.fallback)
		}
	}
	for _, flag := range []string{"keep-last", "keep-hourly", "keep-daily", "keep-weekly", "keep-monthly", "keep-yearly", "keep-within", "keep-min", "notify", "log-format", "without", "keep-rows"} {
		if byFlag(flag) == nil {
			t.Errorf("no row for --%s", flag)
		}
	}
	for field := range reflect.TypeFor[file]().Fields() {
		key, found := "`"+field.Tag.Get("yaml")+"`", false
		for _, cells := range rows {
			found = found || strings.Contains(cells[2], key)
		}
		if !found {
			t.Errorf("no row for %s in hectl.yml", key)
		}
	}
}

func TestPrecedence(t *testing.T) {
	file := map[string]string{"app/hectl.yml": "bucket: s3://from-file/base/\nregion: eu-west-1\n"}
	for _, tt := range []struct {
		name    string
		files   map[string]string
		env     []string
		flags   Flags
		want    string
		origin  string
		region  string
		profile string
	}{
		{name: "default", want: DefaultBucket, origin: "default", region: "us-east-2"},
		{name: "file above", files: file, want: "s3://from-file/base", origin: "hectl.yml", region: "eu-west-1"},
		{name: "environment over file", files: file, env: []string{"HECTL_BUCKET=s3://from-env", "AWS_REGION=eu-north-1"},
			want: "s3://from-env", origin: "HECTL_BUCKET", region: "eu-north-1"},
		{name: "flag over all", files: file, env: []string{"HECTL_BUCKET=s3://from-env"}, flags: Flags{"bucket": "s3://from-flag/a/b", "region": "us-west-2"},
			want: "s3://from-flag/a/b", origin: "--bucket", region: "us-west-2"},
		{name: "an empty variable is not set", env: []string{"HECTL_BUCKET="}, want: DefaultBucket, origin: "default", region: "us-east-2"},
		{name: "the default bucket elsewhere has no known region", env: []string{"AWS_ENDPOINT_URL=http://127.0.0.1:9"},
			want: DefaultBucket, origin: "default"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, err := load(t, tt.files, tt.env...).Bucket(tt.flags)
			if err != nil {
				t.Fatal(err)
			}
			if b.String() != tt.want || b.Region != tt.region || !strings.HasSuffix(b.Origin, tt.origin) {
				t.Errorf("got %s in %q from %q; want %s in %q from %q", b, b.Region, b.Origin, tt.want, tt.region, tt.origin)
			}
		})
	}
}

func TestProfileOfTheFileGivesWayToTheEnvironment(t *testing.T) {
	file := map[string]string{"app/hectl.yml": "profile: team\n"}
	for _, tt := range []struct {
		env   []string
		flags Flags
		want  string
	}{
		{nil, nil, "team"},
		{[]string{"AWS_PROFILE=mine"}, nil, ""},
		{[]string{"AWS_ACCESS_KEY_ID=AKIA"}, nil, ""},
		{[]string{"AWS_PROFILE=mine"}, Flags{"profile": "flag"}, "flag"},
	} {
		b, err := load(t, file, tt.env...).Bucket(tt.flags)
		if err != nil {
			t.Fatal(err)
		}
		if b.Profile != tt.want {
			t.Errorf("%v %v: profile %q, want %q", tt.env, tt.flags, b.Profile, tt.want)
		}
	}
}

func TestOrigins(t *testing.T) {
	files := map[string]string{"app/deep/.env": "PG_HOST=db\nPG_USERNAME=me\nPG_PASSWORD=hush\n"}
	for _, tt := range []struct {
		name string
		env  []string
		said map[string]string
		want []string
	}{
		{"the application's file", nil, nil, []string{"default", "PG_HOST in .env", "PG_USERNAME in .env", "PG_PASSWORD in .env"}},
		{"a variable goes before the file", []string{"PG_HOST=other"}, nil, []string{"default", "PG_HOST", "PG_USERNAME in .env", "PG_PASSWORD in .env"}},
		{"libpq's", []string{"PGDATABASE=x"}, nil, []string{"PGDATABASE", "PG_HOST in .env", "PG_USERNAME in .env", "PG_PASSWORD in .env"}},
		{"a user of its own", []string{"HECTL_TARGET=user=you"}, map[string]string{"user": "you"}, []string{"HECTL_TARGET", "PG_HOST in .env", "PG_PASSWORD in .env"}},
		{"a host of its own", []string{"HECTL_TARGET=host=here"}, map[string]string{"host": "here"}, []string{"HECTL_TARGET"}},
	} {
		d, err := load(t, files, tt.env...).Target(nil)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if got := d.Origins(tt.said); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
