package s3test

import (
	"context"
	"strings"

	"github.com/rubyforgood/hectl/internal/s3store"
)

// TB has the methods of testing.TB that this package needs. The demo and the bench
// also use this package and must not get the flags of package testing.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Cleanup(func())
	Setenv(key, value string)
	Context() context.Context
}

// New starts a server for a test and stops it when the test ends. Without versitygw,
// the test fails: it must not be skipped.
func New(tb TB) *Server {
	tb.Helper()
	// The test's own context is canceled before the clean-ups run.
	s, err := Start(context.WithoutCancel(tb.Context()), Options{})
	if err != nil {
		tb.Fatalf("%v", err)
	}
	tb.Cleanup(s.Stop)
	return s
}

// Store opens a bucket as the server's administrator, and creates it if it does not
// exist. It sets the AWS_* variables of Env for the test, so the test cannot be
// parallel. The edits change the configuration first, for instance its EndpointURL to
// a proxy's.
func (s *Server) Store(tb TB, bucket string, edits ...func(*s3store.Config)) *s3store.Store {
	tb.Helper()
	if err := s.CreateBucket(tb.Context(), bucket); err != nil {
		tb.Fatalf("create bucket %s: %v", bucket, err)
	}
	s.SetEnv(tb)
	c := s3store.Config{Bucket: bucket, EndpointURL: s.URL, Region: s.Region, Log: tb.Logf}
	for _, edit := range edits {
		edit(&c)
	}
	store, err := s3store.Open(tb.Context(), c)
	if err != nil {
		tb.Fatalf("open bucket %s: %v", bucket, err)
	}
	tb.Cleanup(store.Close)
	return store
}

// SetEnv sets the variables of Env for the test.
func (s *Server) SetEnv(tb TB) {
	tb.Helper()
	for _, v := range s.Env() {
		name, value, _ := strings.Cut(v, "=")
		tb.Setenv(name, value)
	}
}

// Via makes Store go through a proxy.
func Via(p *Proxy) func(*s3store.Config) {
	return func(c *s3store.Config) { c.EndpointURL = p.URL }
}
