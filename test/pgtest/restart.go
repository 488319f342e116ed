package pgtest

import (
	"context"
	"syscall"
)

// Restart ends the server by one of PostgreSQL's signals (SIGINT: a fast shutdown,
// which disconnects everybody; SIGQUIT: an immediate one, as if it had crashed),
// and starts it again on the same port. One that has ended by itself is only
// started.
func (c *Cluster) Restart(ctx context.Context, s syscall.Signal) error {
	_ = c.process.Signal(s) // an error means that it has exited
	select {
	case <-c.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	return c.start(ctx)
}

// Running tells whether the server has not ended.
func (c *Cluster) Running() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}
