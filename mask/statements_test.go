package mask

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestLiteral(t *testing.T) {
	for text, want := range map[string]string{"a": "'a'", "it's": "'it''s'", `a\b'`: `E'a\\b'''`} {
		if got := literal(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// The statements replace the same columns as Credentials does in COPY rows.
func TestStatements(t *testing.T) {
	users := table("users", "id", "bigint!", "email", "text", "encrypted_password", "text!", "reset_password_token", "text", "otp_secret", "character varying(6)!", "otp_required_for_login", "boolean!", "api_key", "uuid!")
	jobs := table("delayed_jobs", "id", "bigint!")
	other := table("teams", "id", "bigint!")
	environment := table("ar_internal_metadata", "key", "text!", "value", "text")
	s := schemaOf(users, jobs, other, environment)
	d, err := NewInDatabase(s, "password", methods.RandomSeed())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		t    *schema.Table
		none bool
		want []string // columns, each with the beginning of its SQL
	}{
		{jobs, true, nil},
		{other, false, nil},
		{users, false, []string{"encrypted_password '$2a$04$", "reset_password_token NULL", "otp_secret pg_catalog.left(pg_catalog.md5(", "otp_required_for_login 'false'", "api_key pg_catalog.md5("}},
		{environment, false, []string{"value 'development'"}},
	} {
		none, list, err := d.Table(tt.t, lineage(s)(tt.t))
		if err != nil || none != tt.none || len(list) != len(tt.want) {
			t.Errorf("%s: %t, %v, %v", tt.t.Name, none, list, err)
			continue
		}
		for i, a := range list {
			if got := a.Column + " " + a.SQL; !strings.HasPrefix(got, tt.want[i]) || (a.Where != "") != (tt.t == environment) {
				t.Errorf("%s: %s WHERE %s", tt.t.Name, got, a.Where)
			}
		}
	}
	if _, err := NewInDatabase(s, "", methods.RandomSeed()); err == nil {
		t.Error("takes a password that bcrypt does not")
	}
}
