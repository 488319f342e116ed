//go:build unix && !linux

package pgtest

import "syscall"

// attributes makes a child run as the account, in a process group of its own.
func (a account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if a.other {
		attr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return attr
}
