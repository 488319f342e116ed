package projectfiles

import "testing"

func TestFindDotenv(t *testing.T) {
	t.Parallel()
	checkFind(t, []finding{
		{".env, libpq's names", `
-- .env --
PGDATABASE=app_dev
PGHOST=localhost
PGPORT=5433
PGUSER=me
PGPASSWORD=hush
`, "app_dev localhost 5433 me | PGDATABASE in .env"},
		{".env, the image's names, beside Compose", `
-- .env --
POSTGRES_DB=app_dev
POSTGRES_USER=me
-- compose.yaml --
services:
  db:
    image: postgres
    env_file: .env
    ports: ["5433:5432"]
`, "app_dev localhost 5433 me | compose.yaml (service db)"},
		{".env, names of any server", `
-- .env --
DB_NAME=app_dev
DB_HOST=127.0.0.1
DB_PORT=5432
DB_USER=me
`, "app_dev 127.0.0.1 5432 me | DB_NAME in .env"},
		{".env, another kind of server", `
-- .env --
DB_NAME=app_dev
DB_PORT=3306
DATABASE_NAME=other
DATABASE_TYPE=mysql
`, ""},
	})
}
