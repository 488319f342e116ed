package catalog_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/dump/catalog"
)

func TestSourceIdentity(t *testing.T) {
	const of = "7310000000000000001/16384"
	a, b := catalog.NewSourceIdentity(of), catalog.NewSourceIdentity(of)
	if a.HMAC == b.HMAC {
		t.Error("two manifests show that they are of the same database")
	}
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "731") && strings.Contains(string(text), "16384") {
		t.Errorf("%s names the server", text)
	}
	var read *catalog.SourceIdentity
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*catalog.SourceIdentity{a, b, read} {
		if !s.Is(of) {
			t.Error("the source is not recognized")
		}
		for _, other := range []string{"", "7310000000000000001/16385", "7310000000000000002/16384", "7310000000000000001/1638"} {
			if s.Is(other) {
				t.Errorf("%q is taken for %q", other, of)
			}
		}
	}
	if none := catalog.NewSourceIdentity(""); none != nil || none.Is(of) || none.Is("") {
		t.Error("a source that is not known is recognized")
	}
}
