package pgtools

// MaxIdentifier is how many bytes a name may have. Postgres truncates longer ones without
// an error, which could make two names equal.
const MaxIdentifier = 63

// RestoreApp is the application_name of every session that hectl opens to the server of
// a target.
const RestoreApp = "hectl restore"
