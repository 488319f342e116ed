//go:build unix && !linux

package pgtools

import "syscall"

// childAttributes puts a child in its own process group. These systems have no parent
// death signal. If hectl is killed with SIGKILL, pg_dump notices at its next write and
// pg_restore at its next read.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// sessionAttributes is like childAttributes, for a program that must not find a terminal.
// Reading from one in the background would stop the program.
func sessionAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true}
}
