package pgtest

import "syscall"

// dieWithParent makes the kernel signal a child when the thread that started it ends.
// The kernel clears that setting when a process changes its user; Go sets it after the
// change.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }
