// Package config finds hectl's settings.
//
// A setting has one value and four places where it can come from, in this
// order: its flag, the environment, hectl.yml, the built-in default. hectl.yml
// is looked for in the current folder and then upwards, so that a team can
// commit one to its application. Whatever the place, the value remembers its
// Origin, because "which database was that?" is answered by "who said so?".
//
// The package knows where values stand and what they are called, not what they
// are for: flags are handed in as plain values, connection strings are handed
// out unparsed. The names DIAPER_DB_* (source) and PG_HOST, PG_USERNAME and
// PG_PASSWORD (target) are those of Human Essentials' own tasks. A source
// setting never fills in a target, nor the other way round.
//
// The application's .env files (dotenv.go) are read as dotenv-rails reads them in
// development, and give libpq's variables, AWS credentials and the kind of
// environment as well. Nothing of them gets into the environment of a process.
package config
