//go:build linux

package main

import (
	"context"
	"net"
	"strconv"
	"sync"
)

// wire carries TCP connections to a Postgres server until it is cut or stalled.
type wire struct {
	port     string
	to       string
	listener net.Listener
	work     sync.WaitGroup

	mu      sync.Mutex
	state   state
	changed chan struct{} // closed when state changes
	open    map[net.Conn]bool
	carried int64 // bytes in both directions, since reset
	at      int64 // when carried reaches it, the state becomes then; -1: never
	then    state
}

type state int

const (
	carrying state = iota
	stalled        // passes no byte, without an error
	blinked        // cuts open connections, carries new ones
	severed        // cuts open connections, refuses new ones
	ended
)

func newWire(ctx context.Context, host string, port int) (*wire, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w := &wire{
		port: listener.Addr().String()[len("127.0.0.1:"):],
		to:   net.JoinHostPort(host, strconv.Itoa(port)), listener: listener,
		changed: make(chan struct{}), open: map[net.Conn]bool{}, at: -1,
	}
	w.work.Go(w.accept)
	return w, nil
}

func (w *wire) close() {
	w.set(ended)
	_ = w.listener.Close() // once
	w.work.Wait()
}

// set changes the state.
func (w *wire) set(s state) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.change(s)
}

func (w *wire) change(s state) {
	w.state, w.at = s, -1
	if s >= blinked {
		for c := range w.open {
			if tcp, ok := c.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // a reset, not an orderly close
			}
			_ = c.Close() // to cut it off
		}
	}
	if s == blinked {
		w.state = carrying
	}
	close(w.changed)
	w.changed = make(chan struct{})
}

// mend cuts stalled connections and carries new ones.
func (w *wire) mend() {
	w.set(blinked)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.carried = 0
}

// when sets a state after that many bytes.
func (w *wire) when(bytes int64, s state) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.carried, w.at, w.then = 0, bytes, s
}

func (w *wire) count() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.carried
}

func (w *wire) accept() {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return // closed
		}
		w.work.Go(func() { w.connect(client) })
	}
}

func (w *wire) connect(client net.Conn) {
	server, err := net.Dial("tcp", w.to) //nolint:noctx // to this machine: it answers or refuses
	if err != nil {
		_ = client.Close() // this is how the client learns of it
		return
	}
	if !w.add(client, server) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { w.carry(server, client) })
	both.Go(func() { w.carry(client, server) })
	both.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, client)
	delete(w.open, server)
}

func (w *wire) add(client, server net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.state >= severed {
		_, _ = client.Close(), server.Close() // refused
		return false
	}
	w.open[client], w.open[server] = true, true
	return true
}

// carry copies in one direction until either side closes.
func (w *wire) carry(to, from net.Conn) {
	defer func() { _, _ = to.Close(), from.Close() }() // also ends the other direction
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			w.pass(n)
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// pass counts n bytes and returns when they may be forwarded.
func (w *wire) pass(n int) {
	w.mu.Lock()
	w.carried += int64(n)
	if w.at >= 0 && w.carried >= w.at {
		w.change(w.then)
	}
	for w.state == stalled {
		changed := w.changed
		w.mu.Unlock()
		<-changed
		w.mu.Lock()
	}
	w.mu.Unlock()
}
