package pgtools

import "regexp"

// What servers and poolers say when sessions are handed around. PgBouncer, Odyssey
// and pgcat speak English; the server's own two have codes: a prepared statement that
// is not there (26000), or that is there already (42P05).
var (
	pooledWords   = regexp.MustCompile(`(?i)unsupported startup parameter|pgbouncer|odyssey|pgcat|no such user in userlist|query_wait_timeout|server login has been failing`)
	preparedWords = regexp.MustCompile(`prepared statement "[^"]*" (?:does not exist|already exists)`)
)

// poolerAdvice is the hint for a connection pooler in between.
const poolerAdvice = "a connection pooler such as PgBouncer seems to be in between, which hands sessions around: connect to the server itself (its own host and port, often 5432)"

// poolerHint returns the advice if an error looks like that of a pooler in between,
// else "". hectl prepares nothing that it does not own and keeps its sessions.
func poolerHint(code, message string) string {
	if code == "26000" || code == "42P05" || pooledWords.MatchString(message) || preparedWords.MatchString(message) {
		return poolerAdvice
	}
	return ""
}
