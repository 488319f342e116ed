package pgtools

import "syscall"

// childAttributes puts a child in its own process group, and has the kernel send it
// SIGTERM when the thread that started it ends.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

// sessionAttributes is like childAttributes, for a program that must not find a terminal.
// Reading from one in the background would stop the program.
func sessionAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGTERM}
}
