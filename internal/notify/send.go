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
	firstPause     = time.Second // doubles
)

// Options configure a Notifier.
type Options struct {
	Agent string                           // the User-Agent, such as "hectl/1.2.3"
	Warn  func(format string, args ...any) // what could not be told is told here; required
}

// Notifier tells targets of one run. It never fails: the run is what counts.
type Notifier struct {
	opt      Options
	targets  []Target
	timeout  time.Duration // of an attempt
	pause    time.Duration // after the first one
	starting sync.WaitGroup
}

// New returns a Notifier.
func New(targets []Target, opt Options) *Notifier {
	return &Notifier{opt: opt, targets: targets, timeout: attemptTimeout, pause: firstPause}
}

// Start tells those who want to know that the run begins. It does not wait for
// them; End does, so that nobody hears of the end first.
func (n *Notifier) Start(ctx context.Context) {
	for _, t := range n.targets {
		if t.wants(start) {
			n.starting.Go(func() { n.tell(ctx, t, start, Report{}) })
		}
	}
}

// End tells how the run ended, and returns when everybody has been told or
// given up: in under 20 s, and at once when ctx ends.
func (n *Notifier) End(ctx context.Context, r Report) {
	n.starting.Wait()
	var all sync.WaitGroup
	for _, t := range n.targets {
		if e := r.event(); t.wants(e) {
			all.Go(func() { n.tell(ctx, t, e, r) })
		}
	}
	all.Wait()
}

// tell tells t of e, in several attempts. Of a start that the end of the run
// overtakes nothing need be said.
func (n *Notifier) tell(ctx context.Context, t Target, e event, r Report) {
	err := n.try(ctx, t, e, r)
	if err != nil && (e != start || ctx.Err() == nil) {
		n.opt.Warn("%s could not be told of the %s: %v", t, e, err)
	}
}

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

// post makes one attempt, and says whether another may help.
func (n *Notifier) post(ctx context.Context, t Target, address, contentType string, body []byte) (again bool, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, n.timeout, fmt.Errorf("no answer within %s", n.timeout))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return false, errors.New("its URL makes no request") // err would repeat it
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", n.opt.Agent)
	if user := t.url.User; user != nil {
		password, _ := user.Password()
		req.SetBasicAuth(user.Username(), password)
	}
	// A Client would follow redirects, and put the URL into its errors.
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return true, cause(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // read, the connection serves the next attempt
	return verdict(resp.StatusCode)
}

func verdict(status int) (again bool, err error) {
	switch {
	case status >= 200 && status < 300:
		return false, nil
	case status >= 300 && status < 400:
		return false, fmt.Errorf("it answered %d %s, and redirects are not followed", status, http.StatusText(status))
	}
	again = status == http.StatusTooManyRequests || status >= 500
	return again, fmt.Errorf("it answered %d %s", status, http.StatusText(status))
}

// cause is err without what it may quote of the answer.
func cause(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case strings.Contains(err.Error(), "malformed"):
		return errors.New("its answer is not HTTP")
	}
	return err
}
