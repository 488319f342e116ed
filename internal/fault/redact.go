package fault

import (
	"regexp"
	"strings"
)

const hidden = "***"

// secretForms are the forms in which text contains passwords, and their replacements. They
// treat a space in a password as the end of the URL; HasPassword does not.
//
//nolint:gochecknoglobals // compiled once, never changed
var secretForms = []struct {
	form *regexp.Regexp
	with string
}{
	// postgres://user:PASSWORD@host. A password may contain "/" and "@" although they should be escaped.
	{regexp.MustCompile(`(?i)\b((?:[a-z][a-z0-9.+-]*\+)?postgres(?:ql)?://[^\s:/@?]*):\S*@`), "${1}:" + hidden + "@"},
	// The same form, with one slash or none.
	{regexp.MustCompile(`(?i)\b(postgres(?:ql)?:/?(?:[^\s:/@?]+:)?)[^\s:/@?][^\s@]*@`), "${1}" + hidden + "@"},
	// https://user:PASSWORD@host and https://TOKEN@host.
	{regexp.MustCompile(`(?i)\b(https?://)[^\s/@?#]*@`), "${1}" + hidden + "@"},
	// Any other scheme.
	{regexp.MustCompile(`(?i)\b([a-z][a-z0-9.+-]*://[^\s:/@?]*):[^\s/]*@`), "${1}:" + hidden + "@"},
	// password=PASSWORD in a conninfo string, a query or a variable, quoted or not.
	{regexp.MustCompile(`(?i)(\b\w*(?:password|passwd|pgpass|secret_access_key|session_token)\s*=\s*)(?:'(?:\\.|''|[^'\\])*'?|"(?:\\.|[^"\\])*"?|(?:\\.|[^\s'"&\\])+)`), "${1}" + hidden},
}

// Redact replaces passwords in text. Every message that hectl prints, logs or sends
// passes through it, because users put connection strings in any argument.
func Redact(text string) string {
	if !strings.ContainsAny(text, "@=") { // no form matches without one of them
		return text
	}
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

// HasPassword reports whether a word of the command line seems to contain a password.
func HasPassword(word string) bool {
	return Redact(word) != word || blankInURL.MatchString(word) || login.MatchString(word)
}

var urlParts = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9.+-]*://)([^/?#]*)([^?#]*)(.*)$`)

var urlHost = regexp.MustCompile(`^(?:[A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.%]*\])(?::\d*)?$`)

// RedactURL returns the scheme and host of a URL whose path is a secret, such as a
// webhook. Any other text is hidden entirely.
func RedactURL(text string) string {
	scheme, host, _, ok := splitURL(text)
	if !ok {
		return hidden
	}
	return scheme + host + "/" + hidden
}

// RedactEndpoint returns the URL of a server without the parts that may be secret: the
// user and the query. Any other text is hidden entirely.
func RedactEndpoint(text string) string {
	scheme, host, rest, ok := splitURL(text)
	if !ok {
		return hidden
	}
	return scheme + host + rest
}

// splitURL returns the parts of a URL that can be shown. rest is the path, with stars
// in place of a query.
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
	token := host != strings.ToLower(host) && !strings.Contains(host, ".") // mixed case without a dot: not a host
	if token || !urlHost.MatchString(host) || strings.Contains(m[3]+m[4], "@") {
		return scheme, hidden, "", true
	}
	return scheme, host, rest, true
}
