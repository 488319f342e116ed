package projectfiles

import "testing"

func TestFindLaravel(t *testing.T) {
	t.Parallel()
	checkFind(t, []finding{
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
	})
}
