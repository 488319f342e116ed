package projectfiles

import "testing"

func TestFindDatabaseURL(t *testing.T) {
	t.Parallel()
	checkFind(t, []finding{
		{"DATABASE_URL", `
-- .env --
DATABASE_URL=postgresql+asyncpg://me:hush@[::1]:5435/shop
`, "shop ::1 5435 me | DATABASE_URL in .env"},
		{"DATABASE_URL, production's", `
-- .env --
DATABASE_URL=postgres://me:hush@prod-db.internal/app
`, "app prod-db.internal - me | DATABASE_URL in .env ! its host looks like production's"},
		{"DATABASE_URL, of something else", `
-- .env --
DATABASE_URL=mysql://me@localhost/shop
`, ""},
	})
}
