package pgtest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
)

// Shared is a cluster that the tests of a package share. The first test that needs it
// starts it.
type Shared struct {
	Options Options

	start   sync.Once
	cluster *Cluster
	err     error
}

// Cluster returns the cluster.
func (s *Shared) Cluster(tb testing.TB) *Cluster {
	tb.Helper()
	s.start.Do(func() { s.cluster, s.err = Start(context.Background(), s.Options) })
	if s.err != nil {
		tb.Fatal(s.err)
	}
	return s.cluster
}

// StopAfter returns m, for goleak.VerifyTestMain. Its Run stops the cluster after the tests.
func (s *Shared) StopAfter(m *testing.M) interface{ Run() int } { return sharing{m, s} }

type sharing struct {
	m      *testing.M
	shared *Shared
}

// Run implements goleak.TestingM.
func (s sharing) Run() int {
	code := s.m.Run()
	if s.shared.cluster == nil {
		return code
	}
	if err := s.shared.cluster.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}
