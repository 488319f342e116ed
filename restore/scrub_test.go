package restore

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/bcrypt"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestScrubStatementsNameOnlyWhatIsThere(t *testing.T) {
	table := func(schema, name string, columns ...string) []column {
		var all []column
		for _, c := range columns {
			plain, notNull := strings.CutSuffix(c, "!")
			all = append(all, column{schema, name, plain, notNull, name})
		}
		return all
	}
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
			table("public", "users", "encrypted_password!", "reset_password_token", "invitation_token"),
		), []string{
			`UPDATE ONLY "public"."ar_internal_metadata" SET value = 'development' WHERE key = 'environment'`,
			`DELETE FROM ONLY "public"."delayed_jobs"`,
			`DELETE FROM ONLY "public"."sessions"`,
			`UPDATE ONLY "public"."users" SET encrypted_password = $1, reset_password_token = NULL, invitation_token = NULL`,
		}},
		{"another kind of users", table("public", "Admins", "reset_password_token"),
			[]string{`UPDATE ONLY "public"."Admins" SET reset_password_token = NULL`}},
		{"a token that must be there", table("public", "users", "invitation_token!"),
			[]string{`UPDATE ONLY "public"."users" SET invitation_token = md5(random()::text || ctid::text)`}},
		{"a schema a tenant", slices.Concat(table("a", "users", "encrypted_password"), table(`b"c`, "users", "encrypted_password")),
			[]string{`UPDATE ONLY "a"."users" SET encrypted_password = $1`, `UPDATE ONLY "b""c"."users" SET encrypted_password = $1`}},
		{"sessions of something else", table("public", "sessions", "id", "data"), nil},
		{"metadata of something else", table("public", "ar_internal_metadata", "id"), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, s := range scrubStatements(tt.columns, "hash") {
				got = append(got, s.sql)
				if strings.Contains(s.sql, "$1") != (len(s.args) == 1) {
					t.Errorf("%s with %d arguments", s.sql, len(s.args))
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHashPassword(t *testing.T) {
	hashed, err := hashPassword("password")
	if err != nil {
		t.Fatal(err)
	}
	hash, err := hashed()
	if err != nil {
		t.Fatal(err)
	}
	if err := bcrypt.CompareHashAndPassword([]byte(hash), []byte("password")); err != nil {
		t.Error(err)
	}
	if !strings.HasPrefix(hash, "$2a$11$") {
		t.Errorf("%s is not what Devise writes", hash)
	}
	for _, bad := range []string{"", strings.Repeat("x", 73)} {
		if _, err := hashPassword(bad); fault.CodeOf(err) != fault.Usage {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
