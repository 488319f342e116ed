package pgtools

import (
	"slices"
	"strconv"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
)

// checkValues refuses a value that pgx or libpq would not take, before either
// is asked, so that the error can be worded without repeating the value: in a
// mangled URI it may well be a piece of the password.
func checkValues(p Params, where string) error {
	bad := func(key, want string) error {
		return fault.New(fault.Usage, "", "%s: %s is not %s", where, key, want)
	}
	if s := p["port"]; s != "" {
		if n, err := strconv.ParseUint(s, 10, 16); err != nil || n == 0 {
			return fault.New(fault.Usage, encodeHint, "%s: port is not a number from 1 to 65535", where)
		}
	}
	if s := p["connect_timeout"]; s != "" {
		if n, err := strconv.Atoi(s); err != nil || n < 0 {
			return bad("connect_timeout", "a number of seconds")
		}
	}
	for _, key := range []string{"keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"} {
		if s := p[key]; s != "" {
			if _, err := strconv.ParseInt(strings.TrimSpace(s), 10, 32); err != nil {
				return bad(key, "a number")
			}
		}
	}
	for _, c := range []struct {
		key    string
		values []string
	}{
		{"sslmode", []string{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}},
		{"sslnegotiation", []string{"postgres", "direct"}},
		{"sslcertmode", []string{"disable", "allow", "require"}},
		{"channel_binding", []string{"disable", "prefer", "require"}},
		{"target_session_attrs", []string{"any", "read-write", "read-only", "primary", "standby", "prefer-standby"}},
		{"ssl_min_protocol_version", tlsVersionNames()},
		{"ssl_max_protocol_version", tlsVersionNames()},
		{"min_protocol_version", []string{"3.0", "3.2", "latest"}},
		{"max_protocol_version", []string{"3.0", "3.2", "latest"}},
		// GSSAPI encryption is something that pgx cannot do.
		{"gssencmode", []string{"disable", "prefer"}},
	} {
		if s := p[c.key]; s != "" && !slices.Contains(c.values, s) {
			return bad(c.key, "one of "+strings.Join(c.values, ", "))
		}
	}
	return nil
}
