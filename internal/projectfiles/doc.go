// Package projectfiles finds the development database of an application in the
// configuration files of Rails, Django, Laravel, Prisma, Compose and devcontainers, and
// in DATABASE_URL. "hectl init" proposes the databases that it finds.
//
// It reads these files and never runs them. It understands literals and lookups of
// variables with a literal default; any other expression is unknown. It takes only
// names, hosts, ports and users, never passwords. The files may come from a stranger, so
// the user must accept a proposal.
package projectfiles
