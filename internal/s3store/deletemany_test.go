package s3store_test

import (
	"fmt"
	"net/http"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/test/s3test"
)

func TestDeleteManyInBatches(t *testing.T) {
	b := newBench(t)
	var keys []string
	group, ctx := errgroup.WithContext(t.Context())
	group.SetLimit(8)
	for i := range 1001 {
		key := fmt.Sprintf("backups/a&b <%04d>", i)
		keys = append(keys, key)
		group.Go(func() error { return b.Put(ctx, bucket, key, []byte("x")) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	keys = append(keys, "backups/never-there")
	// After a lost answer, the request is retried. Deleted keys stay deleted.
	lost := b.proxy.On(s3test.Is("DeleteObjects"), s3test.ResetAfter()).Times(1)
	done, err := b.store.DeleteMany(t.Context(), keys)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range done {
		if d.Key != keys[i] || d.Err != nil || d.Marked {
			t.Fatalf("%d: %+v", i, d)
		}
	}
	if n := b.proxy.Requests(s3test.Is("DeleteObjects")); len(done) != len(keys) || n != 3 || lost.Hits() != 1 {
		t.Errorf("%d of %d keys, %d requests, %d lost", len(done), len(keys), n, lost.Hits())
	}
	b.proxy.Requests(func(r *http.Request) bool {
		if s3test.Operation(r) == "DeleteObjects" && r.Header.Get("Content-Md5") == "" {
			t.Errorf("headers %v", r.Header)
		}
		return false
	})
	b.wantNothingLeft(t)
	if done, err := b.store.DeleteMany(t.Context(), nil); done != nil || err != nil {
		t.Errorf("nothing: %v, %v", done, err)
	}
}

func TestDeleteManyReportsWhatIsKept(t *testing.T) {
	b := newBench(t)
	const lockable = "lockable"
	if err := b.CreateLockableBucket(t.Context(), lockable); err != nil {
		t.Fatal(err)
	}
	store := b.Store(t, lockable, s3test.Via(b.proxy))
	for _, key := range []string{"a", "b", "c"} {
		if err := b.Put(t.Context(), lockable, key, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Lock(t.Context(), lockable, "b"); err != nil {
		t.Fatal(err)
	}
	done, err := store.DeleteMany(t.Context(), []string{"a", "b", "c"})
	if err != nil || len(done) != 3 || done[0].Err != nil || done[2].Err != nil {
		t.Fatalf("%+v, %v", done, err)
	}
	wantFault(t, done[1].Err, fault.Warnings, "delete s3://lockable/b: it is protected by Object Lock", "delete it after its retention has ended and its legal hold is off")

	b.proxy.On(s3test.Is("DeleteObjects"), s3test.AnswerBody(http.StatusOK, `<DeleteResult><Deleted><Key>a</Key>
		<DeleteMarker>true</DeleteMarker></Deleted><Error><Key>b</Key><Code>InternalError</Code><Message>Oops</Message></Error></DeleteResult>`))
	done, err = store.DeleteMany(t.Context(), []string{"a", "b", "c"})
	if err != nil || len(done) != 3 {
		t.Fatalf("%+v, %v", done, err)
	}
	if !done[0].Marked || done[0].Err != nil {
		t.Errorf("marked: %+v", done[0])
	}
	wantFault(t, done[1].Err, fault.Failed, "delete s3://lockable/b: the store answered InternalError: Oops", "")
	wantFault(t, done[2].Err, fault.Failed, "delete s3://lockable/c: the store's answer omits it", "")

	b.proxy.Reset()
	b.proxy.On(s3test.Is("DeleteObjects"), s3test.Answer(http.StatusForbidden, "ExpiredToken"))
	done, err = store.DeleteMany(t.Context(), []string{"a", "b"})
	if len(done) != 0 {
		t.Errorf("%+v", done)
	}
	wantFault(t, err, fault.Denied, "delete 2 objects of s3://lockable/: the session has expired", "")
}
