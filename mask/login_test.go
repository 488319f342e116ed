package mask

import (
	"io"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestLoginColumns(t *testing.T) {
	for _, tt := range []struct{ columns, address, password string }{
		{"id email encrypted_password", "email", "encrypted_password"},
		{"id email_address password_digest", "email_address", "password_digest"},
		{"recovery_password_digest username password_digest", "username", "password_digest"},
		{"login email encrypted_password", "email", "encrypted_password"},
		{"id email name", "", ""},
		{"id encrypted_password", "", ""},
	} {
		address, password := LoginColumns("users", strings.Fields(tt.columns))
		if address != tt.address || password != tt.password {
			t.Errorf("%s: %q, %q", tt.columns, address, password)
		}
	}
}

func TestSparing(t *testing.T) {
	drawn := func(dst, _, _ []byte) ([]byte, bool, error) { return append(dst, "drawn"...), false, nil }
	plan := NewPlan(map[int]*rows.Table{
		1: {Name: "users", Columns: []rows.Column{{Name: "id"}, {Name: "email", Method: methods.Constant("x")}, {Name: "name", Method: methods.Constant("x")}}},
		2: {Name: "admins", Columns: []rows.Column{{Name: "email", Method: drawn, PerRow: true, Blind: true}, {Name: "encrypted_password"}}},
		3: {Name: "letters", Columns: []rows.Column{{Name: "email", Method: methods.Constant("x")}}},
	}, "hash")
	columns := map[int]string{1: "email", 2: "email"}
	spared := &Plan{tables: map[int]*rows.Table{}}
	for id, table := range plan.tables {
		spared.tables[id] = table
		if columns[id] != "" {
			spared.tables[id] = spare(table, columns[id], []byte(`a\b@c.org`))
		}
	}
	long := strings.Repeat("y", 1<<20)
	for _, tt := range []struct {
		plan       *Plan
		id         int
		rows, want string
	}{
		{spared, 1, "1\tA\\\\B@c.org\tme\n2\tother@c.org\tyou\n3\t\\N\tnone\n4\ta\\\\b@c.orgs\tme\n", "1\tA\\\\B@c.org\tx\n2\tx\tx\n3\t\\N\tx\n4\tx\tx\n"},
		{spared, 1, long + "\ta\\\\b@c.org\tme\n", long + "\ta\\\\b@c.org\tx\n"},
		{spared, 2, "a\\\\b@c.org\thash\n" + long + "\thash\n", "a\\\\b@c.org\thash\ndrawn\thash\n"},
		{spared, 3, "a\\\\b@c.org\n", "x\n"},
		{plan, 1, "1\ta\\\\b@c.org\tme\n", "1\tx\tx\n"}, // Sparing does not change the plan
	} {
		got, err := io.ReadAll(tt.plan.Table(&archive.Entry{ID: tt.id}).Reader(strings.NewReader(tt.rows)))
		if err != nil || string(got) != tt.want {
			t.Errorf("%d: %.200q, %v", tt.id, got, err)
		}
	}
}
