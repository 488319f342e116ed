package pgtest

import "syscall"

// attributes makes a child run as the account, in a process group of its own,
// and end with its parent. The kernel forgets the parent death signal when a
// process changes its user; Go sets it after that change.
func (a account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGQUIT}
	if a.other {
		attr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return attr
}
