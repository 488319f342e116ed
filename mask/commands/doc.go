// Package commands contains the command "hectl mask" and its subcommands. mask.go declares
// them, with their flags and help; to.go makes a masked copy of a dump; check.go prints the
// built-in rules and checks the rules against a dump.
package commands
