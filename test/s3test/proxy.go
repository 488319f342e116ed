package s3test

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
)

// Proxy forwards requests to a server, except where a rule says otherwise.
type Proxy struct {
	URL string // http://127.0.0.1:PORT

	server  *httptest.Server
	forward *httputil.ReverseProxy
	closing chan struct{}
	close   sync.Once

	sent, received atomic.Int64

	mu       sync.Mutex
	rules    []*Rule
	requests []*http.Request // without bodies
}

// NewProxy starts a proxy before the server at target. Close ends it.
func NewProxy(target string) *Proxy {
	to, err := url.Parse(target)
	if err != nil {
		panic(err) // a mistake in the test
	}
	p := &Proxy{closing: make(chan struct{})}
	p.forward = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host // it is signed
		},
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true},
		ErrorLog:  log.New(io.Discard, "", 0), // clients that go away are what tests are about
	}
	p.server = httptest.NewUnstartedServer(p)
	p.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	p.server.Start()
	p.URL = p.server.URL
	return p
}

// Close ends the proxy and what stalls in it. It may be called twice.
func (p *Proxy) Close() {
	p.close.Do(func() {
		close(p.closing)
		p.server.CloseClientConnections()
		p.server.Close()
		p.forward.Transport.(*http.Transport).CloseIdleConnections() //nolint:forcetypeassert // made above
	})
}

// Addr returns the proxy's host and port.
func (p *Proxy) Addr() string { return p.server.Listener.Addr().String() }

// Requests returns how many of the requests so far match; all for nil.
func (p *Proxy) Requests(match Match) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, r := range p.requests {
		if match == nil || match(r) {
			n++
		}
	}
	return n
}

// Sent returns how many bytes of bodies the clients have sent so far.
func (p *Proxy) Sent() int64 { return p.sent.Load() }

// Received returns how many bytes of bodies the clients were given so far.
func (p *Proxy) Received() int64 { return p.received.Load() }

// On adds a rule: the fault happens to every request that matches. Of several
// rules the first that applies is taken. The rule's methods narrow it down.
func (p *Proxy) On(match Match, f Fault) *Rule {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := &Rule{proxy: p, match: match, fault: f, every: 1, times: -1}
	p.rules = append(p.rules, r)
	return r
}

// Reset removes all rules.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = nil
}

// Rule is a fault and when it happens.
type Rule struct {
	proxy *Proxy
	match Match
	fault Fault
	skip  int // matching requests that pass before the first
	every int
	times int // -1 for ever
	seen  int
	hits  int
}

// Times lets the fault happen to n requests, and no more.
func (r *Rule) Times(n int) *Rule { return r.set(func() { r.times = n }) }

// After lets n matching requests pass before the first fault.
func (r *Rule) After(n int) *Rule { return r.set(func() { r.skip = n }) }

// Every lets the fault happen to each nth matching request only.
func (r *Rule) Every(n int) *Rule { return r.set(func() { r.every = n }) }

func (r *Rule) set(change func()) *Rule {
	r.proxy.mu.Lock()
	defer r.proxy.mu.Unlock()
	change()
	return r
}

// Hits returns how often the fault has happened.
func (r *Rule) Hits() int {
	r.proxy.mu.Lock()
	defer r.proxy.mu.Unlock()
	return r.hits
}

// applies decides about one matching request. The proxy's mutex is held.
func (r *Rule) applies() bool {
	r.seen++
	if r.seen <= r.skip || (r.seen-r.skip)%r.every != 0 || r.hits == r.times {
		return false
	}
	r.hits++
	return true
}

// faultFor notes the request and returns what shall happen to it, nil for
// nothing.
func (p *Proxy) faultFor(req *http.Request) Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	noted := req.Clone(req.Context())
	noted.Body = nil
	p.requests = append(p.requests, noted)
	i := slices.IndexFunc(p.rules, func(r *Rule) bool { return r.match(req) && r.applies() })
	if i < 0 {
		return nil
	}
	return p.rules[i].fault
}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Body != nil && req.Body != http.NoBody {
		req.Body = &countedBody{ReadCloser: req.Body, n: &p.sent}
	}
	w = &countedWriter{ResponseWriter: w, n: &p.received}
	if f := p.faultFor(req); f != nil {
		f(p, w, req)
		return
	}
	p.forward.ServeHTTP(w, req)
}

type countedBody struct {
	io.ReadCloser
	n *atomic.Int64
}

func (b *countedBody) Read(buf []byte) (int, error) {
	n, err := b.ReadCloser.Read(buf)
	b.n.Add(int64(n))
	return n, err
}

type countedWriter struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (w *countedWriter) Write(buf []byte) (int, error) {
	w.n.Add(int64(len(buf))) // first: a client may have them before Write returns
	n, err := w.ResponseWriter.Write(buf)
	w.n.Add(int64(n - len(buf)))
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *countedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// reset breaks the client's connection off with a TCP reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // broken off already
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // else it would end in an orderly way
	}
	_ = conn.Close() // it is to be broken
}
