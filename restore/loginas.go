package restore

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// checkLoginAs refuses --login-as for an archive without users.
func checkLoginAs(address string, h *archive.Head) error {
	if address == "" || mask.HasUsers(h) {
		return nil
	}
	return fault.New(fault.Usage, "omit --login-as", "the dump has no table of users with addresses and passwords")
}

// loginKey returns a hash of the --login-as address, so that a recipe does not reveal it.
func loginKey(address string) string {
	if address == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.ToLower(address)))
	return hex.EncodeToString(sum[:8])
}

// checkAddress refuses text that cannot be a user's address.
func checkAddress(text string) error {
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return fault.New(fault.Usage, "use an address, such as --login-as me@example.com", "--login-as %s is not an address", fault.Quote(text))
	}
	return nil
}
