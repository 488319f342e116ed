package pgtest

import (
	"context"
	"syscall"
)

// Restart stops the server with one of PostgreSQL's signals and starts it again on the
// same port. SIGINT is a fast shutdown, which ends all sessions; SIGQUIT is an immediate
// one, like a crash. A server that has exited is only started.
func (c *Cluster) Restart(ctx context.Context, s syscall.Signal) error {
	_ = c.process.Signal(s) // an error means that it has exited
	select {
	case <-c.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	return c.start(ctx)
}

// Running reports whether the server is running.
func (c *Cluster) Running() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}
