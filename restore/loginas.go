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
	return fault.New(fault.Usage, "leave --login-as out", "the dump has no table with addresses and passwords of users")
}

// loginKey is the same for the same --login-as, and does not tell the address.
func loginKey(address string) string {
	if address == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.ToLower(address)))
	return hex.EncodeToString(sum[:8])
}

// checkAddress refuses what is no address of a user.
func checkAddress(text string) error {
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return fault.New(fault.Usage, "for example: --login-as me@example.com", "--login-as %s is not an address", fault.Quote(text))
	}
	return nil
}
