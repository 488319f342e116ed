//go:build unix && !linux

package pgtools

import "syscall"

// childAttributes puts a child into a process group of its own. There is no
// parent death signal here: when hectl is killed with SIGKILL, pg_dump notices
// at its next write, pg_restore at its next read.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// sessionAttributes are childAttributes for a program that must not find a terminal
// to ask something on: it would be stopped there, in the background.
func sessionAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true}
}
