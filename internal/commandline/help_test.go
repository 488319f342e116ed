package commandline_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/commandline"
)

// run returns the output of the app.
func run(t *testing.T, args ...string) string {
	t.Helper()
	app := newApp()
	var out strings.Builder
	app.Writer = &out
	line, err := commandline.Arrange(app, args)
	if err == nil {
		err = app.RunContext(t.Context(), slices.Concat([]string{"hectl"}, line))
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestHelp(t *testing.T) {
	want := `NAME:
   hectl snapshot save - save a copy

USAGE:
   hectl snapshot save NAME

EXAMPLES:
   hectl snapshot save x

   Saves.

DATABASE:
   --target TARGET                TARGET to replace (HECTL_TARGET)
   -n, --dry-run                  print what would happen, and change nothing:
                                  neither in the database nor in the bucket

OUTPUT:
   --json                         print the result as one JSON document
   -q, --quiet                    print only the result
   -v, --verbose                  explain each decision
   --log-format FORMAT            FORMAT of messages

EXIT CODES:
   0    done
   1    failed, for a reason
        on two lines
`
	for _, args := range [][]string{{"snapshot", "save", "--help"}, {"help", "snapshot", "save"}, {"-h", "snapshot", "save", "x"}} {
		if diff := cmp.Diff(want, run(t, args...)); diff != "" {
			t.Errorf("%q: %s", args, diff)
		}
	}
}

func TestHelpListsSubcommands(t *testing.T) {
	got := run(t, "snapshot", "--help")
	if !strings.Contains(got, `
COMMANDS:
   save        save a copy
   list        
   restore     
   rename      
   delete      

   "hectl snapshot COMMAND --help" has the flags of each.
`) {
		t.Error(got)
	}
}

func TestFullName(t *testing.T) {
	app := newApp()
	for line, want := range map[string]string{"restore x": "restore", "snapshot restore x": "snapshot restore", "mask x": "mask", "-q mask check": "mask check"} {
		found, _ := commandline.FindCommand(app, strings.Fields(line))
		if got := commandline.FullName(found); got != want {
			t.Errorf("%s: got %q", line, got)
		}
	}
	if c, _ := commandline.FindCommand(app, []string{"nonsense"}); c != nil {
		t.Errorf("got %s", c.Name)
	}
}
