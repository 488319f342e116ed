//go:build !linux

package pgtools

import "syscall"

// setUserTimeout does nothing: like libpq, hectl leaves it to the system for how
// long what was sent may stay without acknowledgement.
func setUserTimeout(syscall.RawConn, int) error { return nil }
