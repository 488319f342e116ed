package pgtools

import "syscall"

// childAttributes puts a child into a process group of its own, and has the
// kernel end it when the thread that started it ends.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

// sessionAttributes are childAttributes for a program that must not find a terminal
// to ask something on: it would be stopped there, in the background.
func sessionAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGTERM}
}
