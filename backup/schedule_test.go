package backup

import (
	"slices"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/schedule"
)

func TestScheduleRefused(t *testing.T) {
	t.Parallel()
	environ := []string{"HECTL_BUCKET=s3://dumps", "HECTL_SOURCE=host=db dbname=app user=u"}
	for _, tt := range []struct{ yml, args, want string }{
		{"", "--force", "--force requires --install"},
		{"", "--dir=/x", "--dir requires --install"},
		{"", "--at=25:00", "is not a time of day"},
		{"", "--notify=https://example.com/x", "--notify cannot go into a crontab"},
		{"", "--source=host=db dbname=app user=u sslrootcert=rds.pem", "the source names the file rds.pem"},
		{"", "--user=-", "is not the name of an account"},
		{"mask: {tables: {people: {name: full_name}}}", "--masked-to=s3://masked", "the masking rules are in"},
	} {
		_, _, err := runSchedule(t, tt.yml, environ, tt.args)
		if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.args, err)
		}
	}
}

func TestHiddenFiles(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		paths   []string
		socket  string
		account schedule.Account
		want    []string
	}{
		{"none", []string{"/etc/ssl/rds.pem", "/usr/local/bin/hectl", ""}, "", schedule.Account{}, nil},
		{"in a home", []string{"/etc/ssl/rds.pem", "/home/me/hectl", "/root/x"}, "", schedule.Account{}, []string{"/home/me/hectl", "/root/x"}},
		{"a socket in a private /tmp", []string{"/tmp", "/tmp/hectl"}, "/tmp", schedule.Account{Name: "app"}, []string{"/tmp", "/tmp/hectl"}},
		{"a socket in a shared /tmp", []string{"/tmp", "/tmp/hectl"}, "/tmp", schedule.Account{Name: "app", SharesTmp: true}, []string{"/tmp/hectl"}},
	} {
		if got, err := hiddenFiles(tt.paths, tt.socket, tt.account); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
	if _, err := hiddenFiles([]string{"certs/rds.pem"}, "", schedule.Account{}); fault.CodeOf(err) != fault.Usage {
		t.Errorf("a relative path: %v", err)
	}
}
