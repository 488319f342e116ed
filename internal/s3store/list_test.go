package s3store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/test/s3test"
)

// S3 lists 1,000 keys at a time. The Ruby task that hectl replaces reads only the first
// page, so it misses new dumps after five months.
func TestListMoreThanOnePage(t *testing.T) {
	b := newBench(t)
	var want []string
	group, ctx := errgroup.WithContext(t.Context())
	group.SetLimit(8)
	for i := range 1100 {
		key := fmt.Sprintf("backups/%04d", i)
		want = append(want, key)
		group.Go(func() error { return b.Put(ctx, bucket, key, []byte("x")) })
	}
	group.Go(func() error { return b.Put(ctx, bucket, "manifests/x", []byte("not listed")) })
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	// A truncated page is requested again.
	cut := b.proxy.On(s3test.Is("ListObjectsV2"), s3test.ResetAnswer(50_000)).Times(1)
	var got []string
	for obj, err := range b.store.List(t.Context(), "backups/") {
		if err != nil {
			t.Fatal(err)
		}
		if obj.Size != 1 || obj.ETag != "9dd4e461268c8034f5c8564e155c67a6" || obj.LastModified.IsZero() || obj.LastModified.Location() != time.UTC {
			t.Fatalf("%+v", obj)
		}
		got = append(got, obj.Key)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !slices.IsSorted(got) || cut.Hits() != 1 {
		t.Errorf("cut %d times", cut.Hits())
	}
	if n := b.proxy.Requests(s3test.Is("ListObjectsV2")); n != 3 {
		t.Errorf("%d requests, want 2 pages and a repetition", n)
	}
	// A caller that stops early causes no further request.
	for range b.store.List(t.Context(), "backups/") {
		break
	}
	if n := b.proxy.Requests(s3test.Is("ListObjectsV2")); n != 4 {
		t.Errorf("%d requests, want one more", n)
	}
}

func TestHeadAndDelete(t *testing.T) {
	b := newBench(t)
	put := b.put(t, "backups/a b+c=ü.dump", []byte("data"))
	objects, err := b.Objects(t.Context(), bucket)
	if err != nil {
		t.Fatal(err)
	}
	if len(objects) != 1 || objects[0].Key != put.Key || objects[0].Size != 4 || objects[0].ETag != put.ETag || !objects[0].LastModified.Equal(put.LastModified) {
		t.Errorf("Head = %+v, listed %+v", put, objects)
	}
	for range 2 { // deleting a missing key succeeds
		if err := b.store.Delete(t.Context(), put.Key); err != nil {
			t.Error(err)
		}
	}
	_, err = b.store.Head(t.Context(), put.Key)
	wantFault(t, err, fault.NotFound, "look up s3://dumps/"+put.Key+": there is no such object", "")
	b.wantNothingLeft(t)
}
