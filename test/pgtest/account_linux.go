package pgtest

import "syscall"

// dieWithParent makes a child end when the thread ends that started it. The
// kernel forgets that wish when a process changes its user, so it is good that
// Go expresses it after the change.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }
