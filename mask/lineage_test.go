package mask

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestLineage(t *testing.T) {
	being, person, part, leaf, loop := table("being"), table("person"), table("part"), table("leaf"), table("loop")
	person.Inherits = []schema.Name{being.Name, {Schema: "public", Name: "missing"}}
	part.PartitionOf, leaf.PartitionOf, loop.PartitionOf = &person.Name, &part.Name, &loop.Name
	s := schemaOf(being, person, part, leaf, loop)
	byName := map[schema.Name]*schema.Table{}
	for _, t := range s.Tables {
		byName[t.Name] = t
	}
	for _, tt := range []struct {
		t                       *schema.Table
		names, ancestors, whole string
	}{
		{being, "being", "being", "being"},
		{person, "person being", "person being", "person"},
		{leaf, "leaf part person being", "person being", "person"},
		{loop, "loop", "loop", "loop"},
	} {
		var above []string
		for _, a := range ancestors(byName, tt.t) {
			above = append(above, a.Name.Name)
		}
		names := strings.Join(lineage(s)(tt.t), " ")
		if names != tt.names || strings.Join(above, " ") != tt.ancestors || whole(byName, tt.t).Name.Name != tt.whole {
			t.Errorf("%s: %s; %v; %s", tt.t.Name, names, above, whole(byName, tt.t).Name)
		}
	}
}
