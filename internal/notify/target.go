package notify

import (
	"errors"
	"net"
	"net/url"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
)

// kind is the format of a notification.
type kind string

const (
	webhook      kind = "webhook"
	slack        kind = "slack"
	healthchecks kind = "hc"
)

// Target receives notifications. The zero value is not valid; use Parse.
type Target struct {
	kind kind
	when string // "success", "failure", or "" for both
	url  url.URL
}

// Parse parses a URL in one of the forms in the package comment.
func Parse(text string) (Target, error) {
	t, err := parse(text)
	return t, fault.Wrap(fault.Usage,
		"for example: https://example.com/hook, failure+https://hooks.slack.com/services/…, hc+https://checks.example.com/ping/…", err)
}

func parse(text string) (Target, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return Target{}, errors.New("not of the form https://HOST/…") // err would contain the URL
	}
	words := strings.Split(u.Scheme, "+")
	t := Target{url: *u}
	t.url.Scheme = words[len(words)-1]
	for _, word := range words[:len(words)-1] {
		switch word {
		case "success", "failure":
			if t.when != "" {
				return Target{}, errors.New("success+ and failure+ cannot be combined: without a prefix, both are sent")
			}
			t.when = word
		case string(slack), string(healthchecks):
			if t.kind != "" {
				return Target{}, errors.New("slack+ and hc+ cannot be combined")
			}
			t.kind = kind(word)
		default:
			return Target{}, errors.New("only success+, failure+, slack+ and hc+ can precede https://")
		}
	}
	if t.kind == "" {
		t.kind = kindOf(u.Hostname())
	}
	switch t.url.Scheme {
	case "https":
	case "http":
		if u.Hostname() != "localhost" && !net.ParseIP(u.Hostname()).IsLoopback() {
			return Target{}, errors.New("http:// is allowed only for this machine: without TLS, others can read the report")
		}
	default:
		return Target{}, errors.New("neither https:// nor http://")
	}
	return t, nil
}

// kindOf recognizes Slack and healthchecks.io by their hosts.
func kindOf(host string) kind {
	switch host {
	case "hooks.slack.com", "hooks.slack-gov.com":
		return slack
	case "hc-ping.com":
		return healthchecks
	}
	return webhook
}

// String returns the scheme and host, the only parts of the URL that are not secret.
func (t Target) String() string { return t.url.Scheme + "://" + t.url.Host }

func (t Target) wants(e event) bool {
	switch e {
	case success, failure:
		return t.when == "" || t.when == string(e)
	default: // a start that no end follows would raise an alarm
		return t.kind == healthchecks && t.when == ""
	}
}

// address returns the URL that notifies the target of e.
func (t Target) address(e event) string {
	u := t.url
	if t.kind == healthchecks {
		switch e {
		case start:
			u = *u.JoinPath("start")
		case failure:
			u = *u.JoinPath("fail")
		case success:
		}
	}
	return u.String()
}
