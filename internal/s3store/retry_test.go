package s3store_test

import (
	"bytes"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/test/s3test"
)

// The store may be unavailable for a minute.
func TestGivesUpAfterAMinute(t *testing.T) {
	b := newBench(t)
	b.proxy.On(s3test.Is("ListObjectsV2"), s3test.Answer(503, "SlowDown"))
	s3store.NoBackoff(b.store)
	wantFault(t, operations["list"](t.Context(), b.store), fault.Failed,
		"list s3://dumps/backups/: the store is overloaded and asks clients to slow down", "try again later")
	if n := b.proxy.Requests(nil); n != 13 {
		t.Errorf("%d attempts", n)
	}
}

// A request that the store does not support is not retried.
func TestNotImplementedIsNotRepeated(t *testing.T) {
	b := newBench(t)
	b.proxy.On(s3test.Is("ListMultipartUploads"), s3test.Answer(501, "NotImplemented"))
	err := operations["list the uploads of"](t.Context(), b.store)
	if hints := strings.Join(fault.Hints(err), "\n"); err == nil || strings.Contains(hints, "again") {
		t.Errorf("%v, hint %q", err, hints)
	}
	if n := b.proxy.Requests(nil); n != 1 {
		t.Errorf("%d attempts", n)
	}
}

func TestUploadRetries(t *testing.T) {
	b := newBench(t)
	data := content(3*part + 1)
	for _, tt := range []struct {
		name  string
		match s3test.Match
		fault s3test.Fault
	}{
		{"slow down on opening", s3test.Is("CreateMultipartUpload"), s3test.Answer(503, "SlowDown")},
		{"slow down on parts", s3test.Is("UploadPart"), s3test.Answer(503, "SlowDown")},
		{"internal error on parts", s3test.Is("UploadPart"), s3test.Answer(500, "InternalError")},
		{"parts cut off", s3test.Is("UploadPart"), s3test.ResetRequest(mib)},
		{"answers to parts lost", s3test.Is("UploadPart"), s3test.ResetAfter()},
		{"a wrong byte in parts", s3test.Is("UploadPart"), s3test.FlipRequest(1000)},
		{"parts stored wrong", s3test.Is("UploadPart"), storedWrong},
		{"slow down on completing", s3test.Is("CompleteMultipartUpload"), s3test.Answer(503, "SlowDown")},
		{"conflict on completing", s3test.Is("CompleteMultipartUpload"), s3test.Answer(409, "ConditionalRequestConflict")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer b.proxy.Reset()
			key := strings.ReplaceAll(tt.name, " ", "-")
			rule := b.proxy.On(tt.match, tt.fault).Times(2)
			if _, err := b.store.Upload(t.Context(), key, bytes.NewReader(data), smallParts); err != nil {
				t.Fatal(err)
			}
			if rule.Hits() != 2 {
				t.Errorf("%d faults", rule.Hits())
			}
			b.wantContent(t, key, data)
			b.wantNoUploads(t)
		})
	}
}

// An upload in one part is also retried.
func TestUploadOfOnePartRetries(t *testing.T) {
	b := newBench(t)
	data := content(2000)
	rule := b.proxy.On(s3test.Is("PutObject"), s3test.FlipRequest(1000)).Times(2)
	if _, err := b.store.Upload(t.Context(), "small", bytes.NewReader(data), smallParts); err != nil {
		t.Fatal(err)
	}
	if rule.Hits() != 2 {
		t.Errorf("%d faults", rule.Hits())
	}
	b.wantContent(t, "small", data)
}

// refuseRepetition drops the answer to the first request and refuses the retry.
func refuseRepetition(f s3test.Fault) s3test.Fault {
	var seen atomic.Int64
	return func(p *s3test.Proxy, w http.ResponseWriter, r *http.Request) {
		if seen.Add(1) == 1 {
			s3test.ResetAfter()(p, w, r)
			return
		}
		f(p, w, r)
	}
}
