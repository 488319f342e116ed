package commandline

import (
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	commands := []string{"backup", "fetch-latest-db", "restore", "rollback", "list", "status"}
	for name, want := range map[string]string{
		"bakcup": "backup", "fetch": "fetch-latest-db", "lists": "list", "restroe": "restore", "stauts": "status",
		"delete": "", "r": "", "": "",
	} {
		if got := nearest(name, commands); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestUnknownFlag(t *testing.T) {
	t.Parallel()
	text := func(name string) cli.Flag { return &cli.StringFlag{Name: name} }
	cmd := &cli.Command{Name: "mask", Flags: []cli.Flag{text("bucket"), text("env")}, Subcommands: []*cli.Command{{Name: "check", HelpName: "hectl mask check", Flags: []cli.Flag{text("suggest")}}}}
	for _, tt := range []struct{ arg, want, hint, never string }{
		{"--buket=x", "has no flag --buket", "did you mean --bucket?", "x"},
		{"--suggest", "has no flag --suggest", "use it with ", "did you mean"},
		{"--zzz", "has no flag --zzz", "", "did you mean"},
		{"--password=hunter2", "has no flag", "", "hunter2"},
	} {
		err := unknownFlag(cmd, tt.arg)
		hints := strings.Join(fault.Hints(err), "")
		if !strings.Contains(err.Error(), tt.want) || !strings.Contains(hints, tt.hint) || strings.Contains(hints, tt.never) {
			t.Errorf("%s: %v, hint %q", tt.arg, err, hints)
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", tt.arg, err)
		}
	}
}
