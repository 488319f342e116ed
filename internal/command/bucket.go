package command

import (
	"context"
	"net/netip"
	"net/url"
	"strings"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// Open opens a configured bucket. It checks that there are credentials, but sends the
// bucket no request.
func (e *Env) Open(ctx context.Context, b config.Bucket) (*s3store.Store, error) {
	if host, plain := plainHTTP(b.EndpointURL); plain && !e.Completing {
		e.plainHTTP.Do(func() {
			e.Console.Warn("the endpoint http://%s is not encrypted: others on the network can read dumps (use https://)", host)
		})
	}
	store, err := s3store.Open(ctx, s3store.Config{
		Bucket:      b.Name,
		Region:      b.Region,
		EndpointURL: b.EndpointURL,
		PathStyle:   b.PathStyle,
		Profile:     b.Profile,
		Keys: s3store.Keys{
			AccessKeyID: b.Keys.AccessKeyID, SecretAccessKey: b.Keys.SecretAccessKey, SessionToken: b.Keys.SessionToken, Origin: b.Keys.Origin,
		},
		Log: e.Console.Detail,
	})
	if err != nil {
		return nil, err
	}
	if err := store.CheckCredentials(ctx); err != nil {
		return nil, err
	}
	return store, nil
}

// plainHTTP reports whether an endpoint on another machine is reached without TLS, and
// returns its host.
func plainHTTP(endpoint string) (host string, plain bool) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" {
		return "", false
	}
	name := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if ip, err := netip.ParseAddr(name); err == nil && ip.Unmap().IsLoopback() || name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return "", false
	}
	return u.Host, true
}
