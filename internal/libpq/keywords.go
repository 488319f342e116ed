package libpq

import "github.com/xrash/smetrics"

// Use describes how hectl treats a connection parameter.
type Use int

// The uses of a parameter.
const (
	Both    Use = iota // libpq and pgx honor it
	Only               // only libpq honors it; pgx can do without it
	Dropped            // hectl sets its own value, or the parameter makes no sense here
	Refused            // libpq and pgx cannot both honor it safely
)

// Keyword is one of libpq's connection parameters.
// Source: PostgreSQL 18 documentation, 32.1.2 and 32.15, and libpq of 19rc1.
type Keyword struct {
	Name     string
	Variable string // PG*, or ""
	Since    int    // the first major version whose libpq supports it, at least 12
	Use      Use
	Why      string // if Refused: the reason, and what to use instead
}

// Keywords returns the connection parameters in the order of libpq's documentation.
func Keywords() []Keyword {
	const (
		exposed = "it would put a secret into an argument"
		half    = "hectl's own connection cannot honor it"
	)
	return []Keyword{
		{"host", "PGHOST", 12, Both, ""},
		{"hostaddr", "PGHOSTADDR", 12, Refused, "it would override the host; give the address as the host"},
		{"port", "PGPORT", 12, Both, ""},
		{"dbname", "PGDATABASE", 12, Both, ""},
		{"user", "PGUSER", 12, Both, ""},
		{"password", "PGPASSWORD", 12, Both, ""},
		{"passfile", "PGPASSFILE", 12, Both, ""},
		{"require_auth", "PGREQUIREAUTH", 16, Both, ""},
		{"channel_binding", "PGCHANNELBINDING", 13, Both, ""},
		{"connect_timeout", "PGCONNECT_TIMEOUT", 12, Both, ""},
		{"client_encoding", "PGCLIENTENCODING", 12, Dropped, ""},
		{"options", "PGOPTIONS", 12, Both, ""},
		{"application_name", "PGAPPNAME", 12, Dropped, ""},
		{"fallback_application_name", "", 12, Dropped, ""},
		{"keepalives", "", 12, Only, ""},
		{"keepalives_idle", "", 12, Only, ""},
		{"keepalives_interval", "", 12, Only, ""},
		{"keepalives_count", "", 12, Only, ""},
		{"tcp_user_timeout", "", 12, Only, ""},
		{"replication", "", 12, Refused, "hectl needs an ordinary connection"},
		{"gssencmode", "PGGSSENCMODE", 12, Only, ""},
		{"sslmode", "PGSSLMODE", 12, Both, ""},
		{"requiressl", "PGREQUIRESSL", 12, Refused, "it is obsolete; use sslmode=require"},
		{"sslnegotiation", "PGSSLNEGOTIATION", 17, Both, ""},
		{"sslcompression", "PGSSLCOMPRESSION", 12, Only, ""},
		{"sslcert", "PGSSLCERT", 12, Both, ""},
		{"sslkey", "PGSSLKEY", 12, Both, ""},
		{"sslkeylogfile", "", 18, Refused, "hectl does not write session keys to a file"},
		{"sslpassword", "", 13, Refused, exposed + "; use a key without a passphrase"},
		{"sslcertmode", "PGSSLCERTMODE", 16, Both, ""},
		{"sslrootcert", "PGSSLROOTCERT", 12, Both, ""},
		{"sslcrl", "PGSSLCRL", 12, Refused, half},
		{"sslcrldir", "PGSSLCRLDIR", 14, Refused, half},
		{"sslsni", "PGSSLSNI", 14, Both, ""},
		{"requirepeer", "PGREQUIREPEER", 12, Refused, half},
		{"ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION", 13, Both, ""},
		{"ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION", 13, Both, ""},
		{"min_protocol_version", "PGMINPROTOCOLVERSION", 18, Both, ""},
		{"max_protocol_version", "PGMAXPROTOCOLVERSION", 18, Both, ""},
		{"krbsrvname", "PGKRBSRVNAME", 12, Only, ""},
		{"gsslib", "PGGSSLIB", 12, Only, ""},
		{"gssdelegation", "PGGSSDELEGATION", 16, Only, ""},
		{"scram_client_key", "", 18, Refused, exposed + "; use the password"},
		{"scram_server_key", "", 18, Refused, exposed + "; use the password"},
		{"service", "PGSERVICE", 12, Both, ""},
		{"servicefile", "PGSERVICEFILE", 19, Both, ""},
		{"target_session_attrs", "PGTARGETSESSIONATTRS", 12, Both, ""},
		{"load_balance_hosts", "PGLOADBALANCEHOSTS", 16, Only, ""},
		{"oauth_issuer", "", 18, Refused, half},
		{"oauth_client_id", "", 18, Refused, half},
		{"oauth_client_secret", "", 18, Refused, half},
		{"oauth_scope", "", 18, Refused, half},
		{"oauth_ca_file", "PGOAUTHCAFILE", 19, Only, ""}, // has no effect without the other oauth parameters
	}
}

// Lookup returns the parameter with a name.
func Lookup(name string) (Keyword, bool) {
	for _, k := range Keywords() {
		if k.Name == name {
			return k, true
		}
	}
	return Keyword{}, false
}

// Nearest returns the name of the parameter that a mistyped one probably means, or "".
func Nearest(name string) string {
	switch name { // these are names in other libraries
	case "database", "db":
		return "dbname"
	case "username", "role":
		return "user"
	case "pass":
		return "password"
	case "ssl", "ssl_mode":
		return "sslmode"
	case "hostname":
		return "host"
	}
	best, distance := "", 3
	for _, k := range Keywords() {
		if d := smetrics.WagnerFischer(name, k.Name, 1, 1, 1); d < distance {
			best, distance = k.Name, d
		}
	}
	if len(best) <= 2*distance { // "pool" is not a mistyped "port"
		return ""
	}
	return best
}

// Variables returns the environment variables that libpq reads.
func Variables() []string {
	var names []string
	for _, k := range Keywords() {
		if k.Variable != "" {
			names = append(names, k.Variable)
		}
	}
	return names
}
