package schedule

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
)

// hectl must read back the lines that it writes.
func TestFindReadsWhatScheduleWrites(t *testing.T) {
	t.Parallel()
	j := Job{Interval: Interval{every: 4 * time.Hour}, Hectl: "/opt/100% it's/hectl", Args: awkward(), Profile: "a b", EnvFile: "/etc/hectl/env", Description: "x"}
	cron, err := Find("MAILTO=ops\nHECTL_NOTIFY = \"https://example.com/x\"\n# 0 1 * * * hectl backup\n"+j.Crontab()+"\n", "")
	if err != nil {
		t.Fatal(err)
	}
	if want := slices.Concat([]string{"--quiet"}, awkward(), []string{"--profile=a b"}); !slices.Equal(cron.Args, want) {
		t.Errorf("crontab: got  %q\nwant %q", cron.Args, want)
	}
	if cron.Program != j.Hectl || cron.Unit || cron.Env["HECTL_NOTIFY"] != "https://example.com/x" {
		t.Errorf("%+v", cron)
	}
	unit, err := Find(j.service(), "")
	if err != nil {
		t.Fatal(err)
	}
	if want := slices.Concat([]string{"--quiet"}, awkward()); !slices.Equal(unit.Args, want) {
		t.Errorf("unit: got  %q\nwant %q", unit.Args, want)
	}
	if unit.Program != j.Hectl || !unit.Unit || !unit.HidesHome || unit.Account != "" || !slices.Equal(unit.EnvFiles, []string{"-/etc/hectl/env"}) {
		t.Errorf("%+v", unit)
	}
	j.Account = Account{Name: "backup", Reason: "x"}
	if unit, err := Find(j.service(), ""); err != nil || unit.Account != "backup" {
		t.Errorf("%+v: %v", unit, err)
	}
	// The whole output of "hectl schedule".
	printed := "# For cron, \"crontab -e\":\n" + j.Crontab() + "\n\n# For systemd, /x:\n" + j.service() + j.timer() + "systemctl start x.service\n"
	if got, err := Find(printed, ""); err != nil || got.Unit || got.Others != 0 {
		t.Errorf("%+v: %v", got, err)
	}
}

func TestFindReadsLinesOfOthers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       InstalledJob
	}{
		{"the help's", "0 */4 * * *  HECTL_SOURCE=postgres://b@db/app hectl backup -q >/dev/null", InstalledJob{Program: "hectl", Args: []string{"-q"}, Env: map[string]string{"HECTL_SOURCE": "postgres://b@db/app"}}},
		{"a system crontab", "30 2 * * 1-5 root cd /srv/app && nice -n 10 /usr/bin/hectl backup --env=x 2>&1 | logger -t hectl", InstalledJob{Program: "/usr/bin/hectl", Args: []string{"--env=x"}, Env: map[string]string{}, Dir: "/srv/app"}},
		{"a name for the times", "@daily\thectl backup # nightly", InstalledJob{Program: "hectl", Env: map[string]string{}}},
		{"a variable of the crontab", "B='s3://a b'\n5 4 * * sun hectl backup --bucket \"$B\" --env ${B}", InstalledJob{Program: "hectl", Args: []string{"--bucket", "s3://a b", "--env", "s3://a b"}, Env: map[string]string{"B": "s3://a b"}}},
		{"input for cron's job", "5 4 * * * hectl backup --env a%rest", InstalledJob{Program: "hectl", Args: []string{"--env", "a"}, Env: map[string]string{}}},
		{"a source set above that is called backup", "HECTL_SOURCE=postgres://backup@db/hectl\n5 4 * * * hectl backup", InstalledJob{Program: "hectl", Env: map[string]string{"HECTL_SOURCE": "postgres://backup@db/hectl"}}},
		{"variables in a file", "5 4 * * * set -a; . /etc/hectl/env; hectl backup", InstalledJob{Program: "hectl", Env: map[string]string{}, EnvFiles: []string{"/etc/hectl/env"}}},
		{"options before the command", "5 4 * * * hectl -q backup -v", InstalledJob{Program: "hectl", Args: []string{"-q", "-v"}, Env: map[string]string{}}},
		{"no times", "/usr/bin/hectl backup >/dev/null", InstalledJob{Program: "/usr/bin/hectl", Env: map[string]string{}}},
		{"others first", "1 1 * * * hectl status\n2 2 * * * /x/backup\n3 3 * * * hectl backup", InstalledJob{Program: "hectl", Env: map[string]string{}}},
		{"a unit", "[Service]\nExecStart=-/usr/bin/hectl backup \\\n  --env x\nEnvironment=\"A=b c\" D=e\nUser=u\nWorkingDirectory=/w\nProtectHome=no", InstalledJob{
			Program: "/usr/bin/hectl", Args: []string{"--env", "x"}, Env: map[string]string{"A": "b c", "D": "e"}, Account: "u", Dir: "/w", Unit: true,
		}},
	} {
		got, err := Find(tt.text, "")
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v, -want +got:\n%s", tt.name, err, diff)
		}
	}
	for text, want := range map[string]string{
		"":                               "no line runs hectl backup",
		"0 * * * * hectl status":         "no line runs hectl backup",
		"0 * * * * hectl backup $(x)":    "command substitution",
		"0 * * * * hectl backup `x`":     "command substitution",
		"0 * * * * hectl backup 'x":      "a quote is not closed",
		"[Service]\nExecStart=/bin/true": "no line runs hectl backup",
	} {
		if _, err := Find(text, ""); err == nil || !strings.Contains(err.Error(), want) || len(fault.Hints(err)) == 0 {
			t.Errorf("%q: %v", text, err)
		}
	}
	two := "0 * * * * hectl backup --env=a\n0 * * * * hectl backup --env=b\n"
	if got, err := Find(two, "b"); err != nil || got.Others != 1 || !slices.Equal(got.Args, []string{"--env=b"}) {
		t.Errorf("%+v: %v", got, err)
	}
	if _, err := Find(two, "c"); fault.CodeOf(err) != fault.NotFound {
		t.Error(err)
	}
}
