package restore

import (
	"flag"
	"testing"

	"github.com/urfave/cli/v2"
)

// Every flag of a restore has a category, so that the help groups related flags.
func TestTargetFlagsHaveCategories(t *testing.T) {
	set := flag.NewFlagSet("", flag.ContinueOnError)
	for _, f := range targetFlags() {
		if err := f.Apply(set); err != nil {
			t.Errorf("%v: %v", f.Names(), err)
		}
		if c, ok := f.(cli.CategorizableFlag); !ok || c.GetCategory() == "" {
			t.Errorf("%v has no category", f.Names())
		}
	}
}
