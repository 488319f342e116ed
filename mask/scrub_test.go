package mask

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	xbcrypt "golang.org/x/crypto/bcrypt"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// tableWith returns a table of text columns. A column whose name ends with "!" is NOT
// NULL.
func tableWith(id int, name string, columns ...string) *schema.Table {
	t := &schema.Table{Name: schema.Name{Schema: "public", Name: name}, DataID: id}
	for _, c := range columns {
		plain, notNull := strings.CutSuffix(c, "!")
		t.Columns = append(t.Columns, schema.Column{Name: plain, NotNull: notNull, Type: schema.Type{SQL: "text", Name: schema.Name{Name: "text"}}})
		t.Copy = append(t.Copy, plain)
	}
	return t
}

func TestCredentials(t *testing.T) {
	part := tableWith(4, "jobs_of_may", "id!", "handler!")
	part.PartitionOf = &schema.Name{Schema: "public", Name: "delayed_jobs"}
	child := tableWith(5, "child", "id!")
	child.Inherits = []schema.Name{{Schema: "public", Name: "between"}}
	between := tableWith(0, "between", "id!")
	between.Inherits = []schema.Name{{Schema: "public", Name: "delayed_jobs"}}
	circle := tableWith(6, "circle", "id!")
	circle.Inherits = []schema.Name{circle.Name}
	inserts := tableWith(9, "inserts", "encrypted_password!")
	inserts.Copy = nil
	unread := tableWith(10, "unread")
	unread.Copy = []string{"reset_password_token"}
	plan, err := Credentials(&schema.Schema{Tables: []*schema.Table{
		tableWith(1, "Admins", "id!", "encrypted_password!", "reset_password_token", "invitation_token!"),
		tableWith(2, "ar_internal_metadata", "key!", "value"),
		tableWith(3, "delayed_jobs", "id!", "handler!"),
		part, between, child, circle,
		tableWith(7, "sessions", "id!", "session_id!", "data"),
		tableWith(8, "sessions", "id!", "teacher"),
		inserts, unread,
		tableWith(11, "items", "id!", "name"),
		tableWith(12, "people", "password_digest!", "recovery_password_digest", "password_hint", "file_digest", "otp_secret", "consumed_timestep", "confirmation_token", "unlock_token", "remember_token", "token"),
		tableWith(13, "solid_queue_ready_executions", "id!"),
		tableWith(14, "good_jobs", "id!"),
		tableWith(15, "sessions", "id!", "user_id!", "ip_address", "user_agent"),
		tableWith(16, "oauth_access_tokens", "id!", "token!"),
		tableWith(17, "oauth_applications", "uid!", "secret!"),
		tableWith(18, "ingredients", "uid!", "secret!"),
		tableWith(19, "good_jobs_done", "id!"),
	}}, CredentialOptions{Password: "password", Seed: methods.NewSeed([]byte("seed"))})
	if err != nil {
		t.Fatal(err)
	}
	const none = "no rows at all"
	for _, tt := range []struct {
		name string
		id   int
		rows string
		want string // "" if no row changes
	}{
		{"Devise's columns", 1, "1\t$2a$own\ttoken\tinvitation\n2\t\\N\t\\N\tother\n3\t\t\\N\tinvitation\n\\.\n",
			"1\tHASH\t\\N\tTOKEN 1\n2\t\\N\t\\N\tTOKEN 2\n3\tHASH\t\\N\tTOKEN 1\n\\.\n"},
		{"the environment", 2, "environment\tproduction\nschema_sha1\tabc\n\\.\n", "environment\tdevelopment\nschema_sha1\tabc\n\\.\n"},
		{"jobs", 3, "", none},
		{"jobs in a partition", 4, "", none},
		{"jobs in a child's child", 5, "", none},
		{"a table that is its own child", 6, "", ""},
		{"sessions of Active Record", 7, "", none},
		{"sessions of something else", 8, "", ""},
		{"rows that are statements", 9, "", ""},
		{"a table that could not be read", 10, "token\n", "TOKEN 1\n"},
		{"any other", 11, "", ""},
		{"what other gems keep", 12, "a\tb\tc\td\te\tf\tg\th\ti\tj\n\\.\n", "HASH\tHASH\tc\td\t\\N\t\\N\t\\N\t\\N\t\\N\tj\n\\.\n"},
		{"Solid Queue", 13, "", none},
		{"GoodJob", 14, "", none},
		{"sessions of Rails 8", 15, "", none},
		{"tokens of Doorkeeper", 16, "", none},
		{"applications of Doorkeeper", 17, "a\tb\n", "a\tTOKEN 1\n"},
		{"a secret of something else", 18, "", ""},
		{"a name that only begins alike", 19, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := plan.Table(&archive.Entry{ID: tt.id})
			switch tt.want {
			case none:
				if got == nil || !got.None {
					t.Error("its rows would be restored")
				}
			case "":
				if got != nil {
					t.Errorf("it would be masked: %v", got)
				}
			default:
				masked, err := io.ReadAll(got.Reader(strings.NewReader(tt.rows)))
				if diff := cmp.Diff(tt.want, named(t, string(masked))); diff != "" || err != nil {
					t.Error(err, diff)
				}
			}
		})
	}
}

// --keep-rows keeps the rows of a table, but not their secrets.
func TestCredentialsOfKeptRows(t *testing.T) {
	pattern := func(text string) schema.Pattern {
		p, err := schema.ParsePattern(text)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	part := tableWith(4, "jobs_of_may", "id!", "handler!")
	part.PartitionOf = &schema.Name{Schema: "public", Name: "delayed_jobs"}
	s := &schema.Schema{Tables: []*schema.Table{
		tableWith(0, "delayed_jobs", "id!", "handler!"), part,
		tableWith(1, "sessions", "id!", "session_id!", "data"),
		tableWith(2, "oauth_access_tokens", "id!", "token!", "refresh_token", "scopes"),
		tableWith(3, "oauth_access_grants", "id!", "token!"),
		tableWith(5, "solid_cache_entries", "id!", "value!"),
		tableWith(6, "users", "id!", "encrypted_password!"),
	}}
	keep := []schema.Pattern{pattern("public.sessions"), pattern("oauth_access_tokens"), pattern("delayed_jobs"), pattern("users")}
	plan, err := Credentials(s, CredentialOptions{Password: "password", Seed: methods.NewSeed([]byte("seed")), Keep: keep})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		id         int
		rows, want string // "" means no rows; "as it is" means unchanged
	}{
		{1, "1\tcookie\tdata\n", "1\tTOKEN 1\t\\N\n"},
		{2, "1\ttoken\trefresh\tpublic\n", "1\tTOKEN 1\t\\N\tpublic\n"},
		{3, "1\ttoken\n", ""},
		{4, "1\tsend\n", "as it is"},
		{5, "1\tvalue\n", ""},
		{6, "1\t$2a$own\n", "1\tHASH\n"},
	} {
		got := plan.Table(&archive.Entry{ID: tt.id})
		switch {
		case tt.want == "" && (got == nil || !got.None), tt.want == "as it is" && got != nil:
			t.Errorf("%d: %v", tt.id, got)
		case tt.want != "" && tt.want != "as it is":
			masked, err := io.ReadAll(got.Reader(strings.NewReader(tt.rows)))
			if diff := cmp.Diff(tt.want, named(t, string(masked))); diff != "" || err != nil {
				t.Error(tt.id, err, diff)
			}
		}
	}
	in, err := NewInDatabase(s, "password", methods.NewSeed([]byte("seed")), keep...)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"sessions": false, "solid_cache_entries": true} {
		for _, table := range s.Tables {
			if table.Name.Name == name {
				if none, list, err := in.Table(table, []string{name}); none != want || err != nil || !none && len(list) != 2 {
					t.Error(name, none, list, err)
				}
			}
		}
	}
	var listed []string
	for _, table := range Listed(s, keep) {
		listed = append(listed, table.Name.Name)
	}
	if diff := cmp.Diff([]string{"jobs_of_may", "sessions", "oauth_access_tokens"}, listed); diff != "" {
		t.Error(diff)
	}
}

func TestRowsOfAChunk(t *testing.T) {
	fails := func(dst, value, _ []byte) ([]byte, bool, error) {
		if string(value) == "bad" {
			return dst, false, errors.New("cannot be masked")
		}
		return append(dst, "masked"...), false, nil
	}
	table := &rows.Table{Name: "public.t", Columns: []rows.Column{{Name: "a"}, {Name: "b", Method: fails}}}
	for _, tt := range []struct{ rows, want, err string }{
		{"", "", ""},
		{"1\tx\n2\t\\N\n", "1\tmasked\n2\t\\N\n", ""},
		{"1\tx\n2\tbad\n", "1\tmasked\n", "public.t: row 42: column b: cannot be masked"},
		{"1\tx\n2\t", "1\tmasked\n", "public.t: row 42: unexpected EOF"},
	} {
		got, err := table.Rows([]byte("dst"), []byte(tt.rows), 40)
		if string(got) != "dst"+tt.want || (err != nil || tt.err != "") && (err == nil || err.Error() != tt.err) {
			t.Errorf("%q: %q, %v", tt.rows, got, err)
		}
	}
}

// named returns masked rows, with HASH in place of a hash of "password", and TOKEN and a
// number in place of each token.
func named(t *testing.T, rows string) string {
	t.Helper()
	rows = regexp.MustCompile(`\$2a\$04\$[./A-Za-z0-9]{53}`).ReplaceAllStringFunc(rows, func(hash string) string {
		if err := xbcrypt.CompareHashAndPassword([]byte(hash), []byte("password")); err != nil {
			t.Error(err)
		}
		return "HASH"
	})
	tokens := map[string]string{}
	return regexp.MustCompile(`\b[0-9a-f]{32}\b`).ReplaceAllStringFunc(rows, func(token string) string {
		if tokens[token] == "" {
			tokens[token] = fmt.Sprintf("TOKEN %d", len(tokens)+1)
		}
		return tokens[token]
	})
}
