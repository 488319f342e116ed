package projectfiles

import "testing"

func TestFindRails(t *testing.T) {
	t.Parallel()
	checkFind(t, []finding{
		{"rails, literals", `
-- config/database.yml --
default: &default
  adapter: postgresql
  host: localhost
development:
  <<: *default
  database: shop_development
  username: shop
  port: 5433
production:
  <<: *default
  database: shop_production
`, "shop_development localhost 5433 shop | config/database.yml (development)"},
		{"rails, the environment with defaults", `
-- config/database.yml --
default: &default
  adapter: postgresql
  host: <%= ENV.fetch("PG_HOST", 'localhost') %>
  database: diaper_dev
  username: <%= ENV.fetch("PG_USERNAME", 'postgres') %>
  password: <%= ENV.fetch("PG_PASSWORD", nil) %>
development: &development
  <<: *default
  gssencmode: "disable"
-- .env --
PG_USERNAME=
PG_PASSWORD=hush
`, "diaper_dev localhost - - | config/database.yml (development)"},
		{"rails, every way to look up", `
-- config/database.yml --
development:
  adapter: postgis
  host: <%= ENV['DB_HOST'] || "127.0.0.1" %>
  port: <%= ENV.fetch('DB_PORT') { 5434 } %>
  username: "<%= ENV["DB_USER"].presence || 'me' -%>"
  database: app_<%= ENV.fetch("BRANCH", "main").strip %>
-- .env.local --
BRANCH=topic
-- .env --
BRANCH=other
DB_USER=
`, "app_topic 127.0.0.1 5434 me | config/database.yml (development)"},
		{"rails, merges of merges, flow style, anchors on the way", `
-- config/database.yml --
a: &a {adapter: postgresql, host: localhost, port: 1}
b: &b
  <<: *a
  port: 2
c: &c {username: me, port: 3}
development: &dev
  <<: [*b, *c]
  database: &name app_dev
test:
  <<: *dev
  database: app_test
`, "app_dev localhost 2 me | config/database.yml (development)"},
		{"rails, several databases", `
-- config/database.yml --
development:
  cache:
    adapter: postgresql
    database: app_cache
  primary:
    adapter: postgresql
    database: app_dev
`, "app_dev - - - | config/database.yml (development, primary)"},
		{"rails, several databases without a primary", `
-- config/database.yml --
development:
  animals_replica: {adapter: postgresql, database: animals, replica: true}
  main: {adapter: postgresql, database: app_dev}
`, "app_dev - - - | config/database.yml (development, main)"},
		{"rails, a URL", `
-- config/database.yml --
development:
  adapter: postgresql
  url: <%= ENV["MY_URL"] %>
  database: ignored
-- .env --
MY_URL=postgresql://me:hush@localhost:5439/app%20dev?sslmode=disable
`, "app dev localhost 5439 me | config/database.yml (development)"},
		{"rails, DATABASE_URL wins", `
-- config/database.yml --
development:
  adapter: postgresql
  database: app_development
  username: me
-- .env --
DATABASE_URL=postgres://localhost/from_url
`, "from_url localhost - me | config/database.yml (development) + DATABASE_URL in .env"},
		{"rails, another kind of server", `
-- config/database.yml --
development: {adapter: mysql2, database: app_dev}
`, ""},
		{"rails, Ruby that only Ruby can tell", `
-- config/database.yml --
development:
  adapter: postgresql
  database: app_<%= ` + "`git branch`" + ` %>
`, "- - - - | config/database.yml (development) ! its name depends on code, which hectl does not run"},
		{"rails, a string with code in it", `
-- config/database.yml --
development:
  adapter: postgresql
  database: <%= "app_#{Time.now}" %>
`, "- - - - | config/database.yml (development) ! its name depends on code, which hectl does not run"},
		{"rails, a server that only Ruby can tell", `
-- config/database.yml --
development:
  adapter: postgresql
  database: app_dev
  host: <%= Socket.gethostname %>
`, "app_dev - - - | config/database.yml (development) ! its host depends on code, which hectl does not run"},
		{"rails, one or the other", `
-- config/database.yml --
development:
  adapter: postgresql
<% if ENV["CI"] %>
  database: app_ci
<% else %>
  database: app_dev
<% end %>
`, "- - - - | config/database.yml (development) ! its name depends on code, which hectl does not run"},
		{"rails, what only looks like marks", `
-- config/database.yml --
development:
  adapter: postgresql
  database: hectlruby7x
`, "- - - - | config/database.yml ! the file cannot be read as YAML"},
		{"rails, production's name", `
-- config/database.yml --
development: {adapter: postgresql, database: shop-prod}
`, "shop-prod - - - | config/database.yml (development) ! its name looks like production's"},
		{"rails, not YAML", "\n-- config/database.yml --\ndevelopment: [\n", "- - - - | config/database.yml ! the file cannot be read as YAML"},
		{"rails, a mapping within itself", `
-- config/database.yml --
development: &a
  adapter: postgresql
  database: *a
`, "- - - - | config/database.yml ! the file cannot be read as YAML"},
		{"rails in Compose, published", `
-- config/database.yml --
development:
  adapter: postgresql
  host: db
  username: postgres
  database: app_development
-- compose.yaml --
services:
  db:
    image: postgres:16-alpine
    ports: ["127.0.0.1:5440:5432"]
    environment: {POSTGRES_PASSWORD: hush}
`, `app_development localhost 5440 postgres | config/database.yml (development)
postgres localhost 5440 postgres | compose.yaml (service db) ! postgres is a system database`},
		{"rails in Compose, not published", `
-- config/database.yml --
development:
  adapter: postgresql
  host: db
  database: app_development
-- docker-compose.yml --
services:
  db:
    image: docker.io/library/postgres:16
`, `app_development db - - | config/database.yml (development) ! its host db is a container whose port is not published (docker-compose.yml (service db))
postgres - - postgres | docker-compose.yml (service db) ! its container publishes no port`},
	})
}
