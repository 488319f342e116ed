//go:build unix

package pgtools

import "syscall"

// killGroup kills what is left of a child's process group: the workers of a
// pg_restore --jobs that was itself killed. The leader has been waited for, but
// its number is not reused while the group has members.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }
