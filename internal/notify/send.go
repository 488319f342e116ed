package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	attempts       = 3
	attemptTimeout = 5 * time.Second
	firstPause     = time.Second // doubles after each attempt
)

// Options configure a Notifier.
type Options struct {
	Agent string                           // User-Agent, such as "hectl/1.2.3"
	Warn  func(format string, args ...any) // reports a failed notification; required
}

// Notifier sends the notifications of one run. A failed notification is a warning, not
// an error: it must not change the outcome of the run.
type Notifier struct {
	opt      Options
	targets  []Target
	timeout  time.Duration // limit for one attempt
	pause    time.Duration // pause after the first attempt
	starting sync.WaitGroup
}

// New returns a Notifier.
func New(targets []Target, opt Options) *Notifier {
	return &Notifier{opt: opt, targets: targets, timeout: attemptTimeout, pause: firstPause}
}

// Start notifies the targets that receive the start of the run. It does not wait for
// them; End does, so that the start arrives before the end.
func (n *Notifier) Start(ctx context.Context) {
	for _, t := range n.targets {
		if t.wants(start) {
			n.starting.Go(func() { n.notify(ctx, t, start, Report{}) })
		}
	}
}

// End notifies the targets of the outcome. It returns after the last attempt, in under
// 20 seconds, or as soon as ctx is done.
func (n *Notifier) End(ctx context.Context, r Report) {
	n.starting.Wait()
	var all sync.WaitGroup
	for _, t := range n.targets {
		if e := r.event(); t.wants(e) {
			all.Go(func() { n.notify(ctx, t, e, r) })
		}
	}
	all.Wait()
}

// notify notifies t of e and warns if that fails. A start that the end of the run
// interrupts needs no warning.
func (n *Notifier) notify(ctx context.Context, t Target, e event, r Report) {
	err := n.try(ctx, t, e, r)
	if err != nil && (e != start || ctx.Err() == nil) {
		n.opt.Warn("notify %s of the %s: %v", t, e, err)
	}
}

// try makes up to three attempts to notify t.
func (n *Notifier) try(ctx context.Context, t Target, e event, r Report) error {
	body, contentType, err := t.message(e, r)
	if err != nil {
		return err
	}
	pause := n.pause
	for attempt := 1; ; attempt++ {
		again, err := n.post(ctx, t, t.address(e), contentType, body)
		if err == nil || !again {
			return err
		}
		if attempt == attempts {
			return fmt.Errorf("%w (%d attempts)", err, attempts)
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
			pause *= 2
		}
	}
}

// post makes one attempt. It reports whether another attempt may succeed.
func (n *Notifier) post(ctx context.Context, t Target, address, contentType string, body []byte) (again bool, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, n.timeout, fmt.Errorf("no answer within %s", n.timeout))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return false, errors.New("its URL cannot be used in a request") // err would contain the URL
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", n.opt.Agent)
	if user := t.url.User; user != nil {
		password, _ := user.Password()
		req.SetBasicAuth(user.Username(), password)
	}
	// An http.Client would follow redirects and repeat the URL in its errors.
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return true, cause(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the next attempt can reuse the connection
	return checkStatus(resp.StatusCode)
}

func checkStatus(status int) (again bool, err error) {
	switch {
	case status >= 200 && status < 300:
		return false, nil
	case status >= 300 && status < 400:
		return false, fmt.Errorf("the server answered %d %s, and redirects are not followed", status, http.StatusText(status))
	}
	again = status == http.StatusTooManyRequests || status >= 500
	return again, fmt.Errorf("the server answered %d %s", status, http.StatusText(status))
}

// cause returns err without text quoted from the answer.
func cause(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case strings.Contains(err.Error(), "malformed"):
		return errors.New("the answer is not HTTP")
	}
	return err
}
