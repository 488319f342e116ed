package fault

import "regexp"

const hidden = "***"

// secretForms are the forms in which passwords stand in text, each with what it is
// replaced with. A password with a blank in it ends a URL for them: see Quote.
//
//nolint:gochecknoglobals // compiled once, never changed
var secretForms = []struct {
	form *regexp.Regexp
	with string
}{
	// postgres://user:PASSWORD@host. A password may hold "/" and "@" although it should not.
	{regexp.MustCompile(`(?i)\b((?:[a-z][a-z0-9.+-]*\+)?postgres(?:ql)?://[^\s:/@?]*):\S*@`), "${1}:" + hidden + "@"},
	// https://user:PASSWORD@host and https://TOKEN@host.
	{regexp.MustCompile(`(?i)\b(https?://)[^\s/@?#]*@`), "${1}" + hidden + "@"},
	// Any other scheme.
	{regexp.MustCompile(`(?i)\b([a-z][a-z0-9.+-]*://[^\s:/@?]*):[^\s/]*@`), "${1}:" + hidden + "@"},
	// password=PASSWORD, also quoted, in a conninfo string, a query, or a variable.
	{regexp.MustCompile(`(?i)(\b\w*(?:password|passwd|pgpass|secret_access_key|session_token)\s*=\s*)(?:'(?:\\.|''|[^'\\])*'?|"(?:\\.|[^"\\])*"?|(?:\\.|[^\s'"&\\])+)`), "${1}" + hidden},
}

// Redact replaces passwords in text, which may be a whole message. Whatever is
// printed, logged or sent as talk goes through it, since a connection string may
// have been given in any place.
func Redact(text string) string {
	for _, s := range secretForms {
		text = s.form.ReplaceAllString(text, s.with)
	}
	return text
}

var blankInURL = regexp.MustCompile(`(?is)^-*[a-z][a-z0-9.+-]*://[^/@]*:.*@`)

// Secretive reports whether a word of the command line contains a password.
func Secretive(word string) bool {
	return Redact(word) != word || blankInURL.MatchString(word)
}

var urlPath = regexp.MustCompile(`^([^:/]*://[^/?#]*).*$`)

// RedactURL returns a URL whose path is a secret, as that of a webhook is, without
// path and query.
func RedactURL(text string) string {
	return Redact(urlPath.ReplaceAllString(text, "${1}/"+hidden))
}
