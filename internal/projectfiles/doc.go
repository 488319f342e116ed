// Package projectfiles finds the development database of an application in the
// files that its framework and its containers are set up with: Rails, Django,
// Laravel, Prisma, Compose, devcontainers, and DATABASE_URL. "hectl init" proposes
// what it finds.
//
// It reads and never runs: an expression is understood if it is a literal or a
// look-up of a variable with a literal default, and is unknown otherwise. Only
// names, hosts, ports and users are taken; passwords are never looked at. Whatever
// it finds may be a stranger's, so a person has to accept it.
package projectfiles
