package pgtools

import (
	"cmp"
	"net"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// keepalives returns libpq's parameters to detect a lost server: the connection breaks
// after 5 minutes without an acknowledgment. Operating systems default to two hours for a
// waiting session and 15 minutes for a sending one.
//
// A busy server still acknowledges, so creating an index may take as long as it needs. But
// the connection also breaks if the server does not read rows for 5 minutes.
func keepalives() Params {
	return Params{
		"keepalives_idle":     "60",     // seconds until the first probe
		"keepalives_interval": "30",     // seconds between probes
		"keepalives_count":    "8",      // probes; 60 + 8 × 30 = 300 seconds
		"tcp_user_timeout":    "300000", // milliseconds
	}
}

// withKeepalives returns c with keepalives, except parameters that are already set. A Unix
// socket needs none.
func (c Conn) withKeepalives() Conn {
	if c.IsSocket() {
		return c
	}
	return c.changed(func(s *settings) {
		for key, value := range keepalives() {
			s.params[key] = cmp.Or(s.params[key], value)
		}
	})
}

// dialer returns a dialer that configures pgx's connections like libpq's.
func (c Conn) dialer() *net.Dialer {
	c = c.withKeepalives()
	d := &net.Dialer{Timeout: time.Duration(c.number("connect_timeout", 0)) * time.Second}
	if c.IsSocket() {
		return d
	}
	// In libpq, 0 means the system's default; in Go, a negative number does.
	orSystem := func(n int) int {
		if n <= 0 {
			return -1
		}
		return n
	}
	if c.number("keepalives", 1) == 0 {
		d.KeepAlive = -1 // no keepalives
	} else {
		d.KeepAliveConfig = net.KeepAliveConfig{
			Enable:   true,
			Idle:     time.Duration(orSystem(c.number("keepalives_idle", 0))) * time.Second,
			Interval: time.Duration(orSystem(c.number("keepalives_interval", 0))) * time.Second,
			Count:    orSystem(c.number("keepalives_count", 0)),
		}
	}
	if timeout := c.number("tcp_user_timeout", 0); timeout > 0 {
		d.Control = func(_, _ string, socket syscall.RawConn) error { return setUserTimeout(socket, timeout) }
	}
	return d
}

// number returns a numeric parameter, or fallback if it is not set.
func (c Conn) number(key string, fallback int) int {
	n, err := strconv.Atoi(strings.TrimSpace(c.get(key)))
	if err != nil {
		return fallback // see checkValues
	}
	return n
}
