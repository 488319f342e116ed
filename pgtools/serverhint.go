package pgtools

import (
	"regexp"
	"strings"
)

var (
	missingRole   = regexp.MustCompile(`role "([^"]+)" does not exist`)
	missingLocale = regexp.MustCompile(`(?:could not create locale|invalid (?:LC_COLLATE |LC_CTYPE )?locale name:?) "([^"]+)"`)
	superuserOnly = regexp.MustCompile(`(?i)must be superuser|permission denied (?:to create|for language)|only superuser`)
	unqualified   = regexp.MustCompile(`(?:relation|type|function) "?[^". ]+(?:\([^)]*\))?"? does not exist`)
	inFunction    = regexp.MustCompile(`(?:PL/\w+|SQL) function "?([^"\n]+?)"? (?:line|during|statement)`)
)

// serverHint returns a hint for a server error during a restore, or "". message is in
// English, and context is the server's CONTEXT.
func serverHint(message, context string) string {
	if m := missingRole.FindStringSubmatch(message); m != nil {
		return "create the role on the target's server: CREATE ROLE " + Quote(m[1])
	}
	if m := missingLocale.FindStringSubmatch(message); m != nil {
		return LocaleHint(m[1])
	}
	if hint := functionHint(message, context); hint != "" {
		return hint
	}
	if superuserOnly.MatchString(message) {
		return "restore as a superuser, or leave the object out with --without KIND:NAME"
	}
	return ""
}

// noSharedMemory reports whether a server lacks shared memory for parallel work. The
// message and the SQLSTATE are the same as for a full disk.
func noSharedMemory(message string) bool {
	return strings.Contains(message, "shared memory segment") && strings.Contains(message, "No space left on device")
}

const diskFullHint = `free space on the disk of the database server: "hectl purge" drops the databases that hectl keeps beside the target`

const sharedMemoryHint = "enlarge the server's /dev/shm: for a container, set shm_size (shm_size: 1gb in a Compose file) and create the container again"

// functionHint returns a hint for a function that uses a name without its schema, or "" for
// any other error.
func functionHint(message, context string) string {
	m := inFunction.FindStringSubmatch(context)
	if len(m) == 0 || !unqualified.MatchString(message) {
		return ""
	}
	return "on the source, run ALTER FUNCTION " + m[1] + " SET search_path = public, or write the schema into the function, then back up again: the search path is empty during a restore, and " + m[1] + " uses a name without its schema"
}

// Messages of poolers, and of servers behind a pooler. PgBouncer, Odyssey and pgcat write
// English. The server has two messages, with a SQLSTATE each: a prepared statement does not
// exist (26000), or exists already (42P05).
var (
	pooledWords   = regexp.MustCompile(`(?i)unsupported startup parameter|pgbouncer|odyssey|pgcat|RDS Proxy|no such user in userlist|query_wait_timeout|server login has been failing`)
	preparedWords = regexp.MustCompile(`prepared statement "[^"]*" (?:does not exist|already exists)`)
)

// poolerAdvice is the hint for a connection through a pooler.
const poolerAdvice = "connect to the server itself (its own host and port, often 5432): a connection pooler such as PgBouncer seems to be in between"

// poolerHint returns the advice if an error looks like a pooler's, and "" otherwise.
// Without a pooler, hectl's prepared statements do not fail.
func poolerHint(code, message string) string {
	if code == "26000" || code == "42P05" || pooledWords.MatchString(message) || preparedWords.MatchString(message) {
		return poolerAdvice
	}
	return ""
}
