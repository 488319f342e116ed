// Package audit writes the report of "hectl verify --report": what was verified, how, by
// whom, and with which result.
//
//	Report    the facts, as JSON (report.go)
//	Markdown  the same facts, as Markdown (markdown.go)
//	Files     which files to write, and writing them (files.go)
//
// A report contains names, numbers and hashes, but no row values and no secrets.
package audit
