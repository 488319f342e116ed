package projectfiles

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/config"
)

// project writes files, which begin with "-- NAME --", into a folder.
func project(t *testing.T, files string) Project {
	t.Helper()
	p := Project{Dir: t.TempDir()}
	for i, part := range strings.Split("\n"+files, "\n-- ") {
		name, text, ok := strings.Cut(part, " --\n")
		if i == 0 || !ok {
			continue
		}
		path := filepath.Join(p.Dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	p.Variables = func(dir string, names ...string) map[string]config.Value {
		if len(names) == 0 {
			names = []string{".env.local", ".env"}
		}
		all := map[string]config.Value{}
		for _, name := range names {
			text, _ := os.ReadFile(filepath.Join(dir, name))
			for line := range strings.Lines(string(text)) {
				if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && all[key].Origin == "" {
					all[key] = config.Value{Text: value, Origin: key + " in " + name}
				}
			}
		}
		return all
	}
	return p
}

// describe is what the tests compare: NAME HOST PORT USER ORIGIN, and the reason not
// to propose it.
func describe(found []Database) string {
	var b strings.Builder
	or := func(p Part) string { return first(p.Text, "-") }
	for _, d := range found {
		fmt.Fprintf(&b, "%s %s %s %s | %s", or(d.Name), or(d.Host), or(d.Port), or(d.User), d.Origin)
		for _, also := range d.Also {
			b.WriteString(" + " + also)
		}
		if d.Reason != "" {
			b.WriteString(" ! " + d.Reason)
		}
		b.WriteString("\n")
	}
	return strings.TrimSpace(b.String())
}

func TestFind(t *testing.T) {
	for _, tt := range []struct{ name, files, want string }{
		{"nothing", "", ""},
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
`, "- - - - | config/database.yml (development) ! its name cannot be told without running code"},
		{"rails, a string with code in it", `
-- config/database.yml --
development:
  adapter: postgresql
  database: <%= "app_#{Time.now}" %>
`, "- - - - | config/database.yml (development) ! its name cannot be told without running code"},
		{"rails, a server that only Ruby can tell", `
-- config/database.yml --
development:
  adapter: postgresql
  database: app_dev
  host: <%= Socket.gethostname %>
`, "app_dev - - - | config/database.yml (development) ! its host cannot be told without running code"},
		{"rails, one or the other", `
-- config/database.yml --
development:
  adapter: postgresql
<% if ENV["CI"] %>
  database: app_ci
<% else %>
  database: app_dev
<% end %>
`, "- - - - | config/database.yml (development) ! its name cannot be told without running code"},
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
		{"compose, every way to say it", `
-- compose.yml --
x-env: &env
  POSTGRES_USER: ${DB_USER:-app}
services:
  postgres:
    image: ${REGISTRY}postgis/postgis:${PG_VERSION:-16}
    env_file: [db.env]
    environment:
      <<: *env
      POSTGRES_DB: ${DB_NAME-${FALLBACK:-x}_dev}
    ports:
      - "8080:80"
      - target: 5432
        published: "${DB_PORT:-5441}"
  cache:
    image: redis
  exporter:
    image: quay.io/prometheuscommunity/postgres-exporter
    ports: ["9187:9187"]
-- db.env --
POSTGRES_USER=ignored
-- .env --
DB_PORT=5442
FALLBACK=f
`, "f_dev localhost 5442 app | compose.yml (service postgres)"},
		{"compose, a list, an own image, host networking", `
-- docker-compose.yaml --
services:
  a:
    build: .
    environment:
      - POSTGRES_DB=a_dev
      - POSTGRES_USER
    ports:
      - 5432:5432/tcp
  b:
    image: bitnami/postgresql@sha256:00
    network_mode: host
    environment: [POSTGRESQL_DATABASE=b_dev]
  c:
    image: pgvector/pgvector:pg17
    environment: [POSTGRES_DB=c_dev]
    ports: ["5432"]
`, `a_dev localhost 5432 postgres | docker-compose.yaml (service a)
b_dev localhost - postgres | docker-compose.yaml (service b)
c_dev - - postgres | docker-compose.yaml (service c) ! its container's port is published under a number that changes`},
		{"compose, an override", `
-- compose.yaml --
services:
  db: {image: "postgres:16", environment: {POSTGRES_DB: app_dev}}
-- compose.override.yaml --
services:
  db: {ports: ["5433:5432"]}
`, "app_dev localhost 5433 postgres | compose.yaml (service db)"},
		{"compose, an address of the network", `
-- compose.yaml --
services:
  db: {image: "postgres:16", environment: {POSTGRES_DB: app_dev}, ports: ["192.168.1.5:5433:5432"]}
`, "app_dev 192.168.1.5 5433 postgres | compose.yaml (service db)"},
		{"devcontainer", `
-- .devcontainer/devcontainer.json --
// a comment
{"dockerComposeFile": ["../docker/dev.yml", "../../outside.yml"], "service": "app", }
-- docker/dev.yml --
services:
  postgres: {image: "postgres:16", environment: {POSTGRES_DB: app_dev}, ports: ["5432:5432"]}
`, "app_dev localhost 5432 postgres | docker/dev.yml (service postgres)"},
		{"devcontainer's compose", `
-- config/database.yml --
development: {adapter: postgresql, host: localhost, database: diaper_dev, username: postgres}
-- .devcontainer/devcontainer.json --
{"dockerComposeFile": "docker-compose.yml"}
-- .devcontainer/docker-compose.yml --
services:
  app: {build: {context: ..}, network_mode: "service:postgres"}
  postgres:
    image: postgres:16
    environment: {POSTGRES_USER: postgres, POSTGRES_DB: postgres, POSTGRES_PASSWORD: postgres}
    ports:
     - "5432:5432" # a comment
`, `diaper_dev localhost - postgres | config/database.yml (development)
postgres localhost 5432 postgres | .devcontainer/docker-compose.yml (service postgres) ! postgres is a system database`},
		{"django, literals", `
-- manage.py --
-- shop/settings.py --
"""DATABASES = {"default": {}} is explained here."""
DATABASES = {
    # 'default': {'ENGINE': 'django.db.backends.sqlite3'},
    'default': {
        'ENGINE': 'django.db.backends.postgresql',
        'NAME': 'shop_dev', 'USER': 'shop',
        'PASSWORD': 'hush',
        'OPTIONS': {'NAME': 'other'},
        'HOST': 'localhost',
        'PORT': 5433,
    },
    'replica': {'NAME': 'other'},
}
`, "shop_dev localhost 5433 shop | shop/settings.py (default)"},
		{"django, the environment", `
-- config/settings/base.py --
DATABASES = {
    "default": {
        "ENGINE": os.environ.get("DB_ENGINE", "django.db.backends.postgresql"),
        "NAME": os.environ["DB_NAME"],
        "USER": config("DB_USER", default="shop", cast=str),
        "HOST": os.getenv("DB_HOST") or "127.0.0.1",
        "PORT": int(env.int("DB_PORT", 5432)),
    }
}
-- config/settings/production.py --
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "x", "HOST": "db.example.com"}}
-- .env --
DB_NAME=shop
`, "shop 127.0.0.1 5432 shop | config/settings/base.py (default)"},
		{"django, URLs", `
-- a/settings.py --
DATABASES = {"default": dj_database_url.config(default="postgres://me@localhost/a_dev", conn_max_age=600)}
-- b/settings.py --
DATABASES = {'default': env.db('B_URL', default='postgis:///b_dev')}
-- c/settings.py --
DATABASES = {"default": dj_database_url.parse("sqlite:///x")}
`, `a_dev localhost - me | a/settings.py (default)
b_dev - - - | b/settings.py (default)`},
		{"django, assigned by its key", `
-- src/app/settings/base.py --
DATABASES = {}
DATABASES["default"] = dj_database_url.config("APP_URL", default="postgresql://me@localhost/app_dev")
-- src/app/settings/local.py --
DATABASES['default'] = {'ENGINE': 'django.contrib.gis.db.backends.postgis', 'NAME': 'local_dev'}
`, `local_dev - - - | src/app/settings/local.py (default)
app_dev localhost - me | src/app/settings/base.py (default)`},
		{"django, only code can tell", `
-- a/settings.py --
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": get_name(), "HOST": "localhost"}}
-- b/settings.py --
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "b" + suffix}}
-- c/settings.py --
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": f"c_{x}"}}
-- d/settings.py --
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "d", "HOST": "x" if y else "z"}}
`, `- localhost - - | a/settings.py (default) ! its name cannot be told without running code
- - - - | b/settings.py (default) + c/settings.py (default) ! its name cannot be told without running code
d - - - | d/settings.py (default) ! its host cannot be told without running code`},
		{"laravel", `
-- config/database.php --
<?php
return [
    /* 'default' => 'mysql', */
    'default' => env('DB_CONNECTION', 'sqlite'),
    'connections' => [
        'mysql' => ['driver' => 'mysql', 'database' => 'wrong'],
        'pgsql' => [
            'driver' => 'pgsql',
            'url' => env('DB_URL'),
            'host' => env('DB_HOST', '127.0.0.1'),
            'port' => env('DB_PORT', '5432'),
            'database' => env('DB_DATABASE', 'laravel'),
            'username' => env('DB_USERNAME', 'root'),
            'password' => env('DB_PASSWORD', ''),
        ],
    ],
];
-- .env --
DB_CONNECTION=pgsql
DB_PORT=5433
DB_DATABASE=shop
DB_USERNAME=sail
`, "shop 127.0.0.1 5433 sail | config/database.php (pgsql)"},
		{"laravel, only .env", `
-- .env --
DB_CONNECTION=pgsql
DB_HOST=127.0.0.1
DB_DATABASE=shop
`, "shop 127.0.0.1 - - | DB_CONNECTION in .env"},
		{"laravel, mysql", `
-- .env --
DB_CONNECTION=mysql
DB_DATABASE=shop
`, ""},
		{"laravel, sqlite by default", `
-- config/database.php --
<?php return ['default' => env('DB_CONNECTION', 'sqlite'), 'connections' => array('sqlite' => array('driver' => 'sqlite', 'database' => 'x'), 'pgsql' => ['driver' => 'pgsql', 'database' => 'y'])];
`, ""},
		{"prisma", `
-- prisma/schema.prisma --
generator client { provider = "prisma-client-js" }
datasource db {
  provider = "postgresql" // or another
  url      = env("DATABASE_URL")
}
-- prisma/.env --
DATABASE_URL=postgresql://me:hush@localhost:5434/shop?schema=public
`, "shop localhost 5434 me | prisma/schema.prisma"},
		{"prisma, its config", `
-- prisma/schema.prisma --
datasource db { provider = "postgresql" }
-- prisma.config.ts --
export default defineConfig({
  datasource: { url: env('DATABASE_URL') },
})
-- .env --
DATABASE_URL=postgresql://me:hush@localhost/shop
`, "shop localhost - me | prisma.config.ts + DATABASE_URL in .env"},
		{"prisma, another kind of server", `
-- prisma/schema.prisma --
datasource db { 
  provider = "mysql"
  url = "mysql://localhost/x"
}
`, ""},
		{"laravel in Compose", `
-- .env --
DB_CONNECTION=pgsql
DB_HOST=pgsql
DB_PORT=5432
DB_DATABASE=shop
DB_USERNAME=sail
DB_PASSWORD=hush
-- compose.yaml --
services:
  pgsql:
    image: 'postgres:17'
    ports:
      - '${FORWARD_DB_PORT:-5433}:5432'
    environment:
      POSTGRES_DB: '${DB_DATABASE}'
      POSTGRES_USER: '${DB_USERNAME}'
`, "shop localhost 5433 sail | DB_CONNECTION in .env + compose.yaml (service pgsql)"},
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
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := Find(project(t, tt.files))
			if diff := cmp.Diff(tt.want, describe(found)); diff != "" {
				t.Error(diff)
			}
			if all := fmt.Sprintf("%+v", found); strings.Contains(all, "hush") {
				t.Error("a password was taken:", all)
			}
		})
	}
}

// Each part says where it was found.
func TestPlaces(t *testing.T) {
	found := Find(project(t, `
-- config/database.yml --
development:
  adapter: postgresql
  # a comment
  database: app_dev
  host: <%= ENV.fetch("DB_HOST", "localhost") %>
  port: <%= ENV["DB_PORT"] || 5432 %>
  username: <%= ENV["DB_USER"] %>
-- .env --
DB_USER=me
`))
	if len(found) != 1 {
		t.Fatal(describe(found))
	}
	d := found[0]
	for part, want := range map[Part]string{
		d.Name: "config/database.yml:4",
		d.Host: "config/database.yml:5 (DB_HOST is not set)",
		d.Port: "config/database.yml:6 (DB_PORT is not set)",
		d.User: "DB_USER in .env",
	} {
		if part.Origin != want {
			t.Errorf("%s: %s, want %s", part.Text, part.Origin, want)
		}
	}
}

func TestLooksLikeProduction(t *testing.T) {
	for name, want := range map[string]bool{
		"app_production": true, "Production": true, "prod": true, "app-prod2": true, "AppProduction": true, "live_app": true,
		"app_dev": false, "products": false, "prodigy_dev": false, "deliveries": false, "": false,
	} {
		if got := LooksLikeProduction(name); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// Files made to be slow, or to nest without end, are read at once.
func TestFindEndsSoon(t *testing.T) {
	for _, piece := range []string{"(", "[", "{", "- ", "a: ", "[a, ", "<%= ", "<%= ENV.fetch('X', ", "DATABASES = {", "DATABASES[", "env('X', ", "${X:-", "'", "\\", "&a [*a, "} {
		var files strings.Builder
		for name, before := range map[string]string{
			"config/database.yml":             "development: {database: <%= ",
			"compose.yaml":                    "services: {db: {image: ",
			"a/settings.py":                   "DATABASES = {'default': {'ENGINE': 'postgresql', 'NAME': ",
			"config/database.php":             "<?php return ['connections' => ['pgsql' => ['database' => ",
			"prisma/schema.prisma":            "datasource db { url = ",
			".devcontainer/devcontainer.json": `{"dockerComposeFile": `,
			"b/settings.py":                   "",
			"docker-compose.yml":              "",
		} {
			fmt.Fprintf(&files, "\n-- %s --\n%s%s", name, before, strings.Repeat(piece, (maxSize-len(before)-1)/len(piece)))
		}
		Find(project(t, files.String()))
	}
}

// What is no file, or too large, is not read; nothing makes the reader fail.
func FuzzFind(f *testing.F) {
	f.Add("development: &a\n  database: <%= ENV[\"X\"] || 'y' %>\n  <<: *a\n")
	f.Add("DATABASES = {'default': {'ENGINE': 'postgresql', 'NAME': env('X'")
	f.Add("return ['connections' => ['pgsql' => ['database' => env('X', ")
	f.Add("services: {db: {image: postgres, ports: [\"${X:-5432\"], environment: [X]}}")
	f.Add("datasource db { url = env(")
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		for _, name := range []string{"config/database.yml", "compose.yaml", "a/settings.py", "config/database.php", "prisma/schema.prisma", ".devcontainer/devcontainer.json"} {
			path := filepath.Join(dir, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		Find(Project{Dir: dir, Variables: func(string, ...string) map[string]config.Value {
			return map[string]config.Value{"X": {Text: text, Origin: "X"}}
		}})
	})
}

// Variables could make texts grow from use to use.
func TestFoundTextsStayShort(t *testing.T) {
	long := "A=" + strings.Repeat("x", 1000) + "\n"
	for _, files := range []string{
		"-- .env --\n" + long + "-- compose.yaml --\nservices:\n  db:\n    image: postgres\n    environment:\n      POSTGRES_DB: " + strings.Repeat("$A", 1000) + "\n",
		"-- .env --\n" + long + "-- config/database.yml --\ndevelopment:\n  adapter: postgresql\n  database: " + strings.Repeat("<%= ENV['A'] %>", 1000) + "\n",
	} {
		for _, d := range Find(project(t, files)) {
			if n := len(d.Name.Text); n > maxText {
				t.Errorf("%s: %d bytes", d.Origin, n)
			}
		}
	}
}
