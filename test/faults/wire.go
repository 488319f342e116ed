//go:build linux

package main

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"regexp"
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
	at      int64 // when carried reaches at, the state changes to then; -1 for never
	then    state
	watched *watch // nil for none
}

// watch waits for statements, and strikes at the last one.
type watch struct {
	statements []*regexp.Regexp // sent on the same connection, in this order
	// early strikes before the server gets the last statement, otherwise before the
	// client gets the answer.
	early bool
	// strike gets the process ID of the connection's backend. If it returns false, an early
	// strike keeps the statement from the server.
	strike func(backend int) (send bool)
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
	_ = w.listener.Close() // called only once
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
			_ = c.Close() // cuts the connection
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
	w.carried, w.watched = 0, nil
}

// when sets a state after that number of bytes.
func (w *wire) when(bytes int64, s state) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.carried, w.at, w.then = 0, bytes, s
}

// strikeAt sets the watch, nil for none. It strikes only once.
func (w *wire) strikeAt(watched *watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.watched = watched
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
		_ = client.Close() // so the client notices
		return
	}
	if !w.add(client, server) {
		return
	}
	var both sync.WaitGroup
	l := &link{wire: w, client: client, server: server}
	both.Go(func() { w.carry(server, client, l.send) })
	both.Go(func() { w.carry(client, server, l.answer) })
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

// link is one connection.
type link struct {
	wire           *wire
	client, server net.Conn

	answers sync.Mutex // held while the client gets no answer
	begin   []byte     // beginning of the server's data
	backend int        // process ID of the backend, 0 until known
	sent    []byte     // end of the client's data
	found   int        // number of watched statements so far
}

// longest is how much of a connection's data is searched, in bytes.
const longest = 4 << 10

// send passes a piece to the server.
func (l *link) send(piece []byte) error {
	struck, backend := l.search(piece)
	switch {
	case struck == nil:
	case struck.early:
		if !struck.strike(backend) {
			return errKept
		}
	default:
		l.answers.Lock()
		defer l.answers.Unlock()
		defer struck.strike(backend)
	}
	_, err := l.server.Write(piece)
	return err
}

var errKept = errors.New("kept from the server")

// search returns the watch whose last statement is in the piece, nil if there is none, and
// the backend.
func (l *link) search(piece []byte) (*watch, int) {
	l.wire.mu.Lock()
	defer l.wire.mu.Unlock()
	watched := l.wire.watched
	if watched == nil {
		return nil, 0
	}
	l.sent = append(l.sent, piece...)
	for l.found < len(watched.statements) {
		place := watched.statements[l.found].FindIndex(l.sent)
		if place == nil {
			l.sent = l.sent[max(0, len(l.sent)-longest):]
			return nil, 0
		}
		l.found++
		l.sent = l.sent[place[1]:]
	}
	l.wire.watched = nil
	return watched, l.backend
}

// keyData is the beginning of the message that has the process ID of the backend.
var keyData = regexp.MustCompile(`(?s)K\x00\x00\x00\x0c(.{4})`)

// answer passes a piece to the client.
func (l *link) answer(piece []byte) error {
	l.wire.mu.Lock()
	if l.backend == 0 && len(l.begin) < longest {
		l.begin = append(l.begin, piece...)
		if m := keyData.FindSubmatch(l.begin); m != nil {
			l.backend = int(binary.BigEndian.Uint32(m[1]))
		}
	}
	l.wire.mu.Unlock()
	l.answers.Lock()
	defer l.answers.Unlock()
	_, err := l.client.Write(piece)
	return err
}

// carry copies in one direction until either side closes.
func (w *wire) carry(to, from net.Conn, pass func(piece []byte) error) {
	defer func() { _, _ = to.Close(), from.Close() }() // also ends the other direction
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			w.pass(n)
			if err := pass(buf[:n]); err != nil {
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
