package pgtools

import "github.com/xrash/smetrics"

// A use is how hectl treats one of libpq's connection parameters.
type use int

const (
	useBoth    use = iota // libpq and pgx honor it
	useLibpq              // only libpq honors it; pgx can do without
	useDropped            // hectl sets its own value, or it makes no sense here
	useRefused            // libpq and pgx cannot both honor it safely
)

// A keyword is one of libpq's connection parameters.
// Source: PostgreSQL 18 documentation, 32.1.2 and 32.15, and libpq of 19rc1.
type keyword struct {
	name  string
	env   string // its PG* variable, or ""
	since int    // the first major version whose libpq knows it, at least 12
	use   use
	why   string // of useRefused: the reason, and what to use instead
}

// keywords returns libpq's connection parameters in the order of its documentation.
func keywords() []keyword {
	const (
		exposed = "it would put a secret into an argument"
		half    = "hectl's own connection cannot honor it"
	)
	return []keyword{
		{"host", "PGHOST", 12, useBoth, ""},
		{"hostaddr", "PGHOSTADDR", 12, useRefused, "it would override the host; give the address as the host"},
		{"port", "PGPORT", 12, useBoth, ""},
		{"dbname", "PGDATABASE", 12, useBoth, ""},
		{"user", "PGUSER", 12, useBoth, ""},
		{"password", "PGPASSWORD", 12, useBoth, ""},
		{"passfile", "PGPASSFILE", 12, useBoth, ""},
		{"require_auth", "PGREQUIREAUTH", 16, useBoth, ""},
		{"channel_binding", "PGCHANNELBINDING", 13, useBoth, ""},
		{"connect_timeout", "PGCONNECT_TIMEOUT", 12, useBoth, ""},
		{"client_encoding", "PGCLIENTENCODING", 12, useDropped, ""},
		{"options", "PGOPTIONS", 12, useBoth, ""},
		{"application_name", "PGAPPNAME", 12, useDropped, ""},
		{"fallback_application_name", "", 12, useDropped, ""},
		{"keepalives", "", 12, useLibpq, ""},
		{"keepalives_idle", "", 12, useLibpq, ""},
		{"keepalives_interval", "", 12, useLibpq, ""},
		{"keepalives_count", "", 12, useLibpq, ""},
		{"tcp_user_timeout", "", 12, useLibpq, ""},
		{"replication", "", 12, useRefused, "hectl needs an ordinary connection"},
		{"gssencmode", "PGGSSENCMODE", 12, useLibpq, ""},
		{"sslmode", "PGSSLMODE", 12, useBoth, ""},
		{"requiressl", "PGREQUIRESSL", 12, useRefused, "it is obsolete; use sslmode=require"},
		{"sslnegotiation", "PGSSLNEGOTIATION", 17, useBoth, ""},
		{"sslcompression", "PGSSLCOMPRESSION", 12, useLibpq, ""},
		{"sslcert", "PGSSLCERT", 12, useBoth, ""},
		{"sslkey", "PGSSLKEY", 12, useBoth, ""},
		{"sslkeylogfile", "", 18, useRefused, "hectl does not write session keys to a file"},
		{"sslpassword", "", 13, useRefused, exposed + "; use a key without a passphrase"},
		{"sslcertmode", "PGSSLCERTMODE", 16, useBoth, ""},
		{"sslrootcert", "PGSSLROOTCERT", 12, useBoth, ""},
		{"sslcrl", "PGSSLCRL", 12, useRefused, half},
		{"sslcrldir", "PGSSLCRLDIR", 14, useRefused, half},
		{"sslsni", "PGSSLSNI", 14, useBoth, ""},
		{"requirepeer", "PGREQUIREPEER", 12, useRefused, half},
		{"ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION", 13, useBoth, ""},
		{"ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION", 13, useBoth, ""},
		{"min_protocol_version", "PGMINPROTOCOLVERSION", 18, useBoth, ""},
		{"max_protocol_version", "PGMAXPROTOCOLVERSION", 18, useBoth, ""},
		{"krbsrvname", "PGKRBSRVNAME", 12, useLibpq, ""},
		{"gsslib", "PGGSSLIB", 12, useLibpq, ""},
		{"gssdelegation", "PGGSSDELEGATION", 16, useLibpq, ""},
		{"scram_client_key", "", 18, useRefused, exposed + "; use the password"},
		{"scram_server_key", "", 18, useRefused, exposed + "; use the password"},
		{"service", "PGSERVICE", 12, useBoth, ""},
		{"servicefile", "PGSERVICEFILE", 19, useBoth, ""},
		{"target_session_attrs", "PGTARGETSESSIONATTRS", 12, useBoth, ""},
		{"load_balance_hosts", "PGLOADBALANCEHOSTS", 16, useLibpq, ""},
		{"oauth_issuer", "", 18, useRefused, half},
		{"oauth_client_id", "", 18, useRefused, half},
		{"oauth_client_secret", "", 18, useRefused, half},
		{"oauth_scope", "", 18, useRefused, half},
		{"oauth_ca_file", "PGOAUTHCAFILE", 19, useLibpq, ""}, // has no effect without the others
	}
}

func lookupKeyword(name string) (keyword, bool) {
	for _, k := range keywords() {
		if k.name == name {
			return k, true
		}
	}
	return keyword{}, false
}

// nearestKeyword returns the connection parameter that a mistyped name probably means,
// or "".
func nearestKeyword(name string) string {
	switch name { // what other libraries call them
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
	for _, k := range keywords() {
		if d := smetrics.WagnerFischer(name, k.name, 1, 1, 1); d < distance {
			best, distance = k.name, d
		}
	}
	if len(best) <= 2*distance { // "pool" is not a mistyped "port"
		return ""
	}
	return best
}

// EnvironmentVariables returns the names of libpq's environment variables.
func EnvironmentVariables() []string {
	var names []string
	for _, k := range keywords() {
		if k.env != "" {
			names = append(names, k.env)
		}
	}
	return names
}
