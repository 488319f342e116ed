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

// serverHint is how to mend what a server complains of during a restore, "" when that
// is not known. The message is the server's, in English, and context where it was.
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
		return "restore as a superuser, or leave it out with --without KIND:NAME"
	}
	return ""
}

// noSharedMemory reports whether a server lacks shared memory for parallel work. It
// words and numbers that like a full disk.
func noSharedMemory(message string) bool {
	return strings.Contains(message, "shared memory segment") && strings.Contains(message, "No space left on device")
}

const diskFullHint = `free space on the disk of the database server: "hectl purge" drops the databases that hectl keeps beside the target`

const sharedMemoryHint = "the server's /dev/shm is too small: if it runs in a container, give that more (shm_size: 1gb in a Compose file), and create the container again"

// functionHint is how to mend a function that names something without its schema, ""
// when a complaint is about something else.
func functionHint(message, context string) string {
	m := inFunction.FindStringSubmatch(context)
	if len(m) == 0 || !unqualified.MatchString(message) {
		return ""
	}
	return "the search path is empty during a restore, and the function " + m[1] + " names something without its schema: on the source, ALTER FUNCTION " + m[1] + " SET search_path = public, or write the schema into it, then back up again"
}

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
