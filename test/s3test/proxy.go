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

// Proxy forwards requests to a server unless a rule applies.
type Proxy struct {
	URL string // http://127.0.0.1:PORT

	server  *httptest.Server
	forward *httputil.ReverseProxy
	closing chan struct{}
	close   sync.Once

	sent, received atomic.Int64

	mu       sync.Mutex
	rules    []*Rule
	requests []*http.Request // requests without bodies
}

// NewProxy starts a proxy for the server at target. Close stops it.
func NewProxy(target string) *Proxy {
	to, err := url.Parse(target)
	if err != nil {
		panic(err) // a mistake in the test
	}
	p := &Proxy{closing: make(chan struct{})}
	p.forward = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host // the Host header is signed
		},
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true},
		ErrorLog:  log.New(io.Discard, "", 0), // disconnecting clients are part of the tests
	}
	p.server = httptest.NewUnstartedServer(p)
	p.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	p.server.Start()
	p.URL = p.server.URL
	return p
}

// Close stops the proxy and every stalled request. It can be called twice.
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

// Requests returns the number of requests so far that match; nil matches all.
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

// Sent returns the number of body bytes from clients so far.
func (p *Proxy) Sent() int64 { return p.sent.Load() }

// Received returns the number of body bytes to clients so far.
func (p *Proxy) Received() int64 { return p.received.Load() }

// On adds a rule: the fault happens to every request that matches. The first rule
// that applies wins. The rule's methods narrow it down.
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

// Rule is a fault and its conditions.
type Rule struct {
	proxy *Proxy
	match Match
	fault Fault
	skip  int // matching requests to pass before the first fault
	every int
	times int // -1 for no limit
	seen  int
	hits  int
}

// Times limits the fault to n requests.
func (r *Rule) Times(n int) *Rule { return r.set(func() { r.times = n }) }

// After lets n matching requests pass before the first fault.
func (r *Rule) After(n int) *Rule { return r.set(func() { r.skip = n }) }

// Every limits the fault to each nth matching request.
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

// faultFor records the request and returns its fault, or nil.
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
	w.n.Add(int64(len(buf))) // counted first: a client can have the bytes before Write returns
	n, err := w.ResponseWriter.Write(buf)
	w.n.Add(int64(n - len(buf)))
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *countedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// reset ends the client's connection with a TCP reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // closed already
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset, not an orderly close
	}
	_ = conn.Close() // sends the reset
}
