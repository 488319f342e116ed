//go:build !linux

package pgtools

import "syscall"

// setUserTimeout does nothing: like libpq, hectl keeps the system's limit.
func setUserTimeout(syscall.RawConn, int) error { return nil }
