// Package commands has the commands of "hectl mask", one file each: make a masked copy of
// a dump (to.go), print the built-in rules and list the commands (mask.go), and compare
// the rules with a dump (check.go).
package commands
