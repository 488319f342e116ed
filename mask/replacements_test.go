package mask

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
	"github.com/rubyforgood/hectl/test/masktest"
)

func TestCandidates(t *testing.T) {
	for _, tt := range []struct {
		typ     string
		becomes substitute
		want    string
	}{
		{"text", becomesPassword, "{bcrypt: password} null hash"},
		{"text[]", becomesPassword, `null {value: "{}"}`},
		{"text", becomesToken, "null hash"},
		{"uuid", becomesToken, "null uuid"},
		{"jsonb", becomesToken, "null empty"},
		{"integer", becomesToken, `null {value: "0"}`},
		{"timestamp without time zone", becomesToken, `null {value: "1970-01-01"}`},
		{"boolean", becomesFalse, `{value: "false"}`},
		{"text", becomesFalse, `{value: "false"} null hash`},
		{"integer", becomesFalse, `{value: "0"} null {value: "0"}`},
		{"interval", becomesToken, "null"},
	} {
		var got []string
		for _, spec := range candidates(&schema.Column{Type: masktest.Type(tt.typ)}, tt.becomes, "password") {
			got = append(got, spec.String())
		}
		if text := strings.Join(got, " "); text != tt.want {
			t.Errorf("%s as %s: %s, want %s", tt.typ, tt.becomes, text, tt.want)
		}
	}
}

// The first candidate that types, keys and checks allow replaces a credential.
func TestReplacements(t *testing.T) {
	for _, tt := range []struct {
		typ, check, want string // an empty want means that the column is refused
		unique           bool
	}{
		{"text", "", "null", false},
		{"text!", "", "hash", false},
		{"text!", "", "hash", true},
		{"character varying(6)!", "", "", true},
		{"text!", "(api_key = 'x'::text)", "", false},
		{"text!", "(char_length(api_key) <= 20)", "hash", false},
		{"uuid!", "", "uuid", false},
		{"bytea!", "", "hash", false},
		{"integer!", "", "", true},
	} {
		apps := table("apps", "id", "bigint!", "api_key", tt.typ)
		if tt.check != "" {
			apps.Checks = []schema.Check{{Name: "c", SQL: tt.check}}
		}
		if tt.unique {
			apps.Uniques = []schema.Unique{{Name: "u", Columns: []string{"api_key"}}}
		}
		j, err := newCredentialJudge(schemaOf(apps), CredentialOptions{Password: "password", Seed: methods.RandomSeed()})
		if err != nil {
			t.Fatal(err)
		}
		one := j.table(apps).columns["api_key"]
		if (one.refused != "") != (tt.want == "") || tt.want != "" && one.spec.Name != tt.want {
			t.Errorf("%s: %s, %s", fmt.Sprint(tt), one.spec, one.refused)
		}
	}
}
