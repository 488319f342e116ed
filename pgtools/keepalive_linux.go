package pgtools

import (
	"errors"
	"syscall"
)

// tcpUserTimeout is Linux's TCP_USER_TIMEOUT, which package syscall does not name.
const tcpUserTimeout = 18

// setUserTimeout sets for how many milliseconds what was sent may stay without
// acknowledgement.
func setUserTimeout(socket syscall.RawConn, milliseconds int) error {
	var set error
	err := socket.Control(func(fd uintptr) {
		set = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, milliseconds)
	})
	return errors.Join(err, set)
}
