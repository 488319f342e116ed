package pgtools

// MaxIdentifier is the maximum length of a name in bytes. Postgres truncates longer names
// without an error, which could make two names equal.
const MaxIdentifier = 63

// RestoreApp is the application_name of every session that hectl opens on the server of a
// target.
const RestoreApp = "hectl restore"
