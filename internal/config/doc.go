// Package config finds hectl's settings.
//
// The value of a setting comes from the first of these places that has one: the flag, the
// environment, hectl.yml, the default. hectl.yml is searched for in the current folder and
// the folders above it, so that a team can commit it to its application. A value keeps its
// origin, because messages must name the setting that a database comes from.
//
// The package handles the names and places of settings, not their purpose: flags are
// plain values, and connection strings are returned unparsed. The variables DIAPER_DB_*
// (source) and PG_HOST, PG_USERNAME and PG_PASSWORD (target) are those of Human
// Essentials. A setting of the source never applies to the target, or vice versa.
//
// The application's .env files are read as dotenv-rails reads them in development
// (application.go). They also provide libpq's variables, AWS credentials and the
// environment's name. None of their variables enter the environment of a process.
package config
