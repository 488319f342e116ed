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

// LinkOptions say how far away the server shall seem. The zero value is as
// near as it is.
type LinkOptions struct {
	Bandwidth int64         // bytes a second each way, for all connections together; 0: no limit
	RoundTrip time.Duration // half of it each way
}

// Link is a network between clients and a server: it carries TCP connections,
// counts their bytes, and takes the time that its options say. A connection
// costs a round trip before its first byte, as a handshake does. Not modelled:
// TLS, lost packets, and that a connection begins slowly.
type Link struct {
	URL string // http://127.0.0.1:PORT

	opt      LinkOptions
	target   string
	listener net.Listener
	ctx      context.Context // ends with Close, and the connections with it
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

// Up returns how many bytes clients have sent so far, all of HTTP included.
func (l *Link) Up() int64 { return l.up.carried.Load() }

// Down returns how many bytes clients were sent so far, all of HTTP included.
func (l *Link) Down() int64 { return l.down.carried.Load() }

// Close breaks the connections and ends the link. It may be called twice.
func (l *Link) Close() {
	l.cancel()
	_ = l.listener.Close() // the second time it is closed
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
				_ = client.Close() // which is how the client learns of it
				return
			}
			l.connect(client, server)
		})
	}
}

// connect carries one connection until either side ends it.
func (l *Link) connect(client, server net.Conn) {
	ctx, cancel := context.WithCancel(l.ctx)
	defer cancel()
	sleep(ctx, l.opt.RoundTrip)
	var work sync.WaitGroup
	work.Go(func() { l.carry(ctx, cancel, server, client, &l.up) })
	work.Go(func() { l.carry(ctx, cancel, client, server, &l.down) })
	work.Go(func() {
		<-ctx.Done()
		_ = client.Close() // nobody is left to be told
		_ = server.Close()
	})
	work.Wait()
}

// chunkSize is how much travels together: 1.3 ms of a 200 Mbit/s link.
const chunkSize = 32 << 10

// chunk is some bytes on their way.
type chunk struct {
	data []byte
	due  time.Time
}

// carry carries what from sends to the other end, in order, until that ends;
// then it ends the connection.
func (l *Link) carry(ctx context.Context, end func(), to io.Writer, from io.Reader, on *lane) {
	defer end()
	onTheWay := make(chan chunk, 64)
	var arrival sync.WaitGroup
	defer arrival.Wait()
	defer close(onTheWay)
	arrival.Go(func() {
		defer end() // a reader that is gone ends the connection
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
	bandwidth int64 // bytes a second; 0: no limit
	carried   atomic.Int64

	mu   sync.Mutex
	free time.Time // when all that was sent so far has left
}

// slack is how long a lane that was idle may be made up for: sleeps are longer
// than asked for.
const slack = 5 * time.Millisecond

// send takes the lane for n bytes and returns when the last of them leaves.
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

// sleep waits, or until ctx ends.
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
