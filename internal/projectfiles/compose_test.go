package projectfiles

import "testing"

func TestFindCompose(t *testing.T) {
	t.Parallel()
	checkFind(t, []finding{
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
c_dev - - postgres | docker-compose.yaml (service c) ! its container publishes a random port`},
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
	})
}
