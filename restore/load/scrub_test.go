package load

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestScrubStatementsNameOnlyWhatIsThere(t *testing.T) {
	table := func(schema, name string, columns ...string) []column {
		var all []column
		for _, c := range columns {
			plain, notNull := strings.CutSuffix(c, "!")
			all = append(all, column{Schema: schema, Table: name, Name: plain, NotNull: notNull, Type: "text", Lineage: []string{name}})
		}
		return all
	}
	short := column{Schema: "public", Table: "users", Name: "unlock_token", NotNull: true, Type: "character varying", Length: 6}
	codes := column{Schema: "public", Table: "users", Name: "otp_backup_codes", NotNull: true, Type: "text", Array: true}
	for _, tt := range []struct {
		name    string
		columns []column
		want    []string
	}{
		{"nothing", nil, nil},
		{"the application's", slices.Concat(
			table("public", "ar_internal_metadata", "key!", "value"),
			table("public", "delayed_jobs", "id!"),
			table("public", "sessions", "id!", "session_id!", "data"),
			table("public", "solid_queue_jobs", "id!"),
			table("public", "users", "encrypted_password!", "reset_password_token", "invitation_token"),
		), []string{
			`UPDATE ONLY "public"."ar_internal_metadata" SET "value" = 'development' WHERE key::text = 'environment'`,
			`DELETE FROM ONLY "public"."delayed_jobs"`,
			`DELETE FROM ONLY "public"."sessions"`,
			`DELETE FROM ONLY "public"."solid_queue_jobs"`,
			`UPDATE ONLY "public"."users" SET "encrypted_password" = 'HASH', "reset_password_token" = NULL, "invitation_token" = NULL`,
		}},
		{"another kind of users", table("public", "Admins", "reset_password_token"),
			[]string{`UPDATE ONLY "public"."Admins" SET "reset_password_token" = NULL`}},
		{"tokens that must be there", []column{short, codes}, []string{
			`UPDATE ONLY "public"."users" SET "unlock_token" = pg_catalog.left(pg_catalog.md5(pg_catalog.random()::text || ctid::text), 6), "otp_backup_codes" = '{}'`,
		}},
		{"a schema a tenant", slices.Concat(table("a", "users", "password_digest"), table(`b"c`, "users", "encrypted_password")),
			[]string{`UPDATE ONLY "a"."users" SET "password_digest" = 'HASH'`, `UPDATE ONLY "b""c"."users" SET "encrypted_password" = 'HASH'`}},
		{"sessions of something else", table("public", "sessions", "id", "data"), nil},
		{"metadata of something else", table("public", "ar_internal_metadata", "id"), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			credentials, err := mask.NewInDatabase(&schema.Schema{}, "password", methods.NewSeed([]byte("seed")))
			if err != nil {
				t.Fatal(err)
			}
			statements, err := scrubStatements(tt.columns, credentials)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range statements {
				got = append(got, regexp.MustCompile(`'\$2a\$04\$[^']{53}'`).ReplaceAllString(s.sql, "'HASH'"))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
