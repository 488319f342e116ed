package pgtools

import (
	"errors"
	"syscall"
)

// tcpUserTimeout is Linux's TCP_USER_TIMEOUT, which package syscall does not have.
const tcpUserTimeout = 18

// setUserTimeout sets how many milliseconds sent data may stay unacknowledged.
func setUserTimeout(socket syscall.RawConn, milliseconds int) error {
	var set error
	err := socket.Control(func(fd uintptr) {
		set = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, milliseconds)
	})
	return errors.Join(err, set)
}
