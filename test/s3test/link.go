package s3test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// LinkOptions describe the line to the server. The zero value adds no delay.
type LinkOptions struct {
	Bandwidth int64         // bytes per second in each direction, for all connections together; 0 for no limit
	RoundTrip time.Duration // half of it in each direction
}

// Link simulates a network between clients and a server. It carries TCP connections,
// counts their bytes, and delays them as its options specify. A connection costs a
// round trip before its first byte, like a handshake. It does not simulate TLS, lost
// packets or slow start.
type Link struct {
	URL string // http://127.0.0.1:PORT

	opt      LinkOptions
	target   string
	listener net.Listener
	ctx      context.Context // canceled by Close, which ends the connections
	cancel   context.CancelFunc
	work     sync.WaitGroup
	up, down lane
}

// NewLink starts a link to the server at target, a URL. Close ends it.
func NewLink(ctx context.Context, target string, opt LinkOptions) (*Link, error) {
	to, err := url.Parse(target)
	if err != nil {
		return nil, fmt.Errorf("start link: %w", err)
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start link: %w", err)
	}
	l := newLink(ctx, opt)
	l.URL, l.target, l.listener = "http://"+listener.Addr().String(), to.Host, listener
	l.work.Go(l.accept)
	return l, nil
}

func newLink(ctx context.Context, opt LinkOptions) *Link {
	l := &Link{opt: opt}
	l.ctx, l.cancel = context.WithCancel(ctx)
	l.up.bandwidth, l.down.bandwidth = opt.Bandwidth, opt.Bandwidth
	return l
}

// Up returns the number of bytes that clients have sent, including HTTP overhead.
func (l *Link) Up() int64 { return l.up.carried.Load() }

// Down returns the number of bytes sent to clients, including HTTP overhead.
func (l *Link) Down() int64 { return l.down.carried.Load() }

// Close cuts the connections and stops the link. It can be called twice.
func (l *Link) Close() {
	l.cancel()
	_ = l.listener.Close() // an error means that it is closed already
	l.work.Wait()
}

func (l *Link) accept() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return // closed
		}
		l.work.Go(func() {
			var dialer net.Dialer
			server, err := dialer.DialContext(l.ctx, "tcp", l.target)
			if err != nil {
				_ = client.Close() // the client sees the failure
				return
			}
			l.connect(client, server)
		})
	}
}

// connect carries one connection until either side closes it.
func (l *Link) connect(client, server net.Conn) {
	ctx, cancel := context.WithCancel(l.ctx)
	defer cancel()
	sleep(ctx, l.opt.RoundTrip)
	var work sync.WaitGroup
	work.Go(func() { l.carry(ctx, cancel, server, client, &l.up) })
	work.Go(func() { l.carry(ctx, cancel, client, server, &l.down) })
	work.Go(func() {
		<-ctx.Done()
		_ = client.Close() // the client sees the failure
		_ = server.Close()
	})
	work.Wait()
}

// chunkSize is the number of bytes that travel together: 1.3 ms of a 200 Mbit/s link.
const chunkSize = 32 << 10

// chunk is a piece of data in transit.
type chunk struct {
	data []byte
	due  time.Time
}

// carry copies from one end to the other, in order, until from closes; then it closes
// the connection.
func (l *Link) carry(ctx context.Context, end func(), to io.Writer, from io.Reader, on *lane) {
	defer end()
	onTheWay := make(chan chunk, 64)
	var arrival sync.WaitGroup
	defer arrival.Wait()
	defer close(onTheWay)
	arrival.Go(func() {
		defer end() // if the reader is gone, close the connection
		for c := range onTheWay {
			sleep(ctx, time.Until(c.due))
			if _, err := to.Write(c.data); err != nil {
				return
			}
		}
	})
	for {
		c := chunk{data: make([]byte, chunkSize)}
		n, err := from.Read(c.data)
		if n > 0 {
			sent := on.send(n)
			sleep(ctx, time.Until(sent)) // the next bytes wait for these
			c.data, c.due = c.data[:n], sent.Add(l.opt.RoundTrip/2)
			select {
			case onTheWay <- c:
			case <-ctx.Done():
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// lane is one direction of a link, which its connections share.
type lane struct {
	bandwidth int64 // bytes per second; 0 for no limit
	carried   atomic.Int64

	mu   sync.Mutex
	free time.Time // when everything sent so far has left
}

// slack is the idle time that a lane can make up for, because sleeps take longer than
// requested.
const slack = 5 * time.Millisecond

// send occupies the lane for n bytes and returns when the last of them leaves.
func (l *lane) send(n int) time.Time {
	l.carried.Add(int64(n))
	now := time.Now()
	if l.bandwidth == 0 {
		return now
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if earliest := now.Add(-slack); l.free.Before(earliest) {
		l.free = earliest
	}
	l.free = l.free.Add(time.Duration(n) * time.Second / time.Duration(l.bandwidth))
	if l.free.Before(now) {
		return now
	}
	return l.free
}

// sleep waits for d, or until ctx is done.
func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
