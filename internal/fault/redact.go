package fault

import (
	"regexp"
	"strings"
)

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
	// The same without a scheme's slashes.
	{regexp.MustCompile(`(?i)\b(postgres(?:ql)?:/?(?:[^\s:/@?]+:)?)[^\s:/@?][^\s@]*@`), "${1}" + hidden + "@"},
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

var (
	blankInURL = regexp.MustCompile(`(?is)^-*[a-z][a-z0-9.+-]*://[^/@]*:.*@`)
	// user:PASSWORD@host.
	login = regexp.MustCompile(`(?s)^[^/:@]*:[^/].*@|^[^/:@]*:/[^/].*@`)
)

// Secretive reports whether a word of the command line contains a password.
func Secretive(word string) bool {
	return Redact(word) != word || blankInURL.MatchString(word) || login.MatchString(word)
}

var urlParts = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9.+-]*://)([^/?#]*)([^?#]*)(.*)$`)

var urlHost = regexp.MustCompile(`^(?:[A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.%]*\])(?::\d*)?$`)

// RedactURL returns the scheme and the host of a URL whose path is a secret, as
// that of a webhook is. What is no URL is hidden whole.
func RedactURL(text string) string {
	scheme, host, _, ok := splitURL(text)
	if !ok {
		return hidden
	}
	return scheme + host + "/" + hidden
}

// RedactEndpoint returns a URL without what may be a secret in the address of a
// server: the user and the query. What is no URL is hidden whole.
func RedactEndpoint(text string) string {
	scheme, host, rest, ok := splitURL(text)
	if !ok {
		return hidden
	}
	return scheme + host + rest
}

// splitURL returns the parts of a URL that can be shown. The rest is its path, and
// stars for a query.
func splitURL(text string) (scheme, host, rest string, ok bool) {
	m := urlParts.FindStringSubmatch(text)
	if m == nil {
		return "", "", "", false
	}
	scheme, host, rest = m[1], m[2], m[3]
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		scheme, host = scheme+hidden+"@", host[i+1:]
	}
	if m[4] != "" {
		rest += "?" + hidden
	}
	token := host != strings.ToLower(host) && !strings.Contains(host, ".") // no host has such a name
	if token || !urlHost.MatchString(host) || strings.Contains(m[3]+m[4], "@") {
		return scheme, hidden, "", true
	}
	return scheme, host, rest, true
}
