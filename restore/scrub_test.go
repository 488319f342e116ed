package restore

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/bcrypt"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestScrubStatementsNameOnlyWhatIsThere(t *testing.T) {
	users := []string{"id", "email", "encrypted_password", "reset_password_token", "invitation_token"}
	for _, tt := range []struct {
		name   string
		tables []table
		want   []string
	}{
		{"nothing", nil, nil},
		{"the application's", []table{
			{"public", "ar_internal_metadata", []string{"key", "value"}},
			{"public", "delayed_jobs", []string{"id"}},
			{"public", "users", users},
		}, []string{
			`UPDATE "public"."ar_internal_metadata" SET value = 'development' WHERE key = 'environment'`,
			`DELETE FROM "public"."delayed_jobs"`,
			`UPDATE "public"."users" SET encrypted_password = $1, reset_password_token = NULL, invitation_token = NULL`,
		}},
		{"another team's users", []table{{"public", "users", []string{"id", "email"}}}, nil},
		{"tokens only", []table{{"public", "users", []string{"reset_password_token"}}},
			[]string{`UPDATE "public"."users" SET reset_password_token = NULL`}},
		{"a schema a tenant", []table{{"a", "users", users[:3]}, {`b"c`, "users", users[:3]}},
			[]string{`UPDATE "a"."users" SET encrypted_password = $1`, `UPDATE "b""c"."users" SET encrypted_password = $1`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, s := range scrubStatements(tt.tables, "hash") {
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
	hash, err := hashPassword("password")
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
