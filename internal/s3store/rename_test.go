package s3store_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/test/s3test"
)

// numbered renames "backups/N" to "backups/N+1".
type numbered struct {
	mu    sync.Mutex
	n     int
	named []string
}

func (r *numbered) key() string { return fmt.Sprintf("backups/%d", r.n) }

func (r *numbered) Rename(context.Context, string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n++
	return r.key(), nil
}

func (r *numbered) Keep(key string) { r.named = append(r.named, key) }

func TestUploadTakesTheNextFreeKey(t *testing.T) {
	b := newBench(t)
	for _, size := range []int{100, 2 * part} {
		name := &numbered{n: size * 10}
		taken := [][]byte{[]byte("the first"), []byte("the second")}
		var keys []string
		for i, data := range taken {
			keys = append(keys, fmt.Sprintf("backups/%d", size*10+i))
			b.put(t, keys[i], data)
		}
		opt := smallParts
		opt.Renamer = name
		obj, err := b.store.Upload(t.Context(), name.key(), bytes.NewReader(content(size)), opt)
		if want := fmt.Sprintf("backups/%d", size*10+2); err != nil || obj.Key != want || len(name.named) != 1 || name.named[0] != want {
			t.Fatalf("%d bytes: %+v, %v, named %q", size, obj, err, name.named)
		}
		b.wantContent(t, obj.Key, content(size))
		for i, key := range keys {
			b.wantContent(t, key, taken[i])
		}
		b.wantNoUploads(t)
	}
}

// The key of an open upload of another run is taken, although there is no object yet.
func TestUploadGivesWayToAnOpenUpload(t *testing.T) {
	b := newBench(t)
	for _, size := range []int{100, 2 * part} {
		name := &numbered{n: size * 10}
		other := &numbered{n: size * 10}
		first := name.key()
		opt := smallParts
		opt.Renamer = other
		started, finish := make(chan struct{}), make(chan struct{})
		b.proxy.On(s3test.Is("CompleteMultipartUpload"), s3test.Hold(func() { close(started); <-finish })).Times(1)
		done := make(chan error, 1)
		go func() {
			_, err := b.store.Upload(t.Context(), first, bytes.NewReader(content(3*part)), opt)
			done <- err
		}()
		<-started
		opt.Renamer = name
		obj, err := b.store.Upload(t.Context(), first, bytes.NewReader(content(size)), opt)
		if err != nil || obj.Key == first {
			t.Errorf("%d bytes: %+v, %v", size, obj, err)
		}
		close(finish)
		if err := <-done; err != nil {
			t.Errorf("the first: %v", err)
		}
		b.wantContent(t, first, content(3*part))
		b.wantContent(t, obj.Key, content(size))
		b.wantNoUploads(t)
		b.proxy.Reset()
	}
}

var listedUpload = regexp.MustCompile(`(?s)<Upload>.*?</Upload>`)

// A store may list neither an upload that is being completed nor its object.
func TestUploadGivesWayToAnUploadBeingCompleted(t *testing.T) {
	b := newBench(t)
	for _, size := range []int{100, 2 * part} {
		name := &numbered{n: size * 10}
		first := name.key()
		opt := smallParts
		opt.Renamer = &numbered{n: size * 10}
		started, finish := make(chan string), make(chan struct{})
		b.proxy.On(s3test.Is("CompleteMultipartUpload"), func(p *s3test.Proxy, w http.ResponseWriter, r *http.Request) {
			started <- r.URL.Query().Get("uploadId")
			s3test.Hold(func() { <-finish })(p, w, r)
		}).Times(1)
		done := make(chan error, 1)
		go func() {
			_, err := b.store.Upload(t.Context(), first, bytes.NewReader(content(3*part)), opt)
			done <- err
		}()
		id := <-started
		hides := b.proxy.On(s3test.Is("ListMultipartUploads"), s3test.EditAnswer(func(body string) string {
			return listedUpload.ReplaceAllStringFunc(body, func(upload string) string {
				if strings.Contains(upload, id) {
					return ""
				}
				return upload
			})
		}))
		opt.Renamer = name
		obj, err := b.store.Upload(t.Context(), first, bytes.NewReader(content(size)), opt)
		if err != nil || obj.Key == first || hides.Hits() == 0 {
			t.Errorf("%d bytes: %+v, %v, %d lists", size, obj, err, hides.Hits())
		}
		close(finish)
		if err := <-done; err != nil {
			t.Errorf("the first: %v", err)
		}
		b.proxy.Reset()
		b.wantContent(t, first, content(3*part))
		b.wantContent(t, obj.Key, content(size))
		b.wantNoUploads(t)
	}
}

// Parallel uploads of one key, each with several parts, lose no object.
func TestUploadsOfOneKeyAtOnce(t *testing.T) {
	b := newBench(t)
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			name := &numbered{}
			opt := smallParts
			opt.Renamer, opt.InFlight = name, 1
			data := content(part + i)
			obj, err := b.store.Upload(t.Context(), name.key(), bytes.NewReader(data), opt)
			if err != nil {
				t.Error(err)
				return
			}
			b.wantContent(t, obj.Key, data)
		})
	}
	group.Wait()
	b.wantNoUploads(t)
}

// If uploads cannot be listed, only the last request reveals that a key is taken.
func TestUploadOvertaken(t *testing.T) {
	b := newBench(t)
	b.proxy.On(s3test.Is("ListMultipartUploads"), s3test.Answer(403, "AccessDenied"))
	b.proxy.On(s3test.Is("CompleteMultipartUpload"), s3test.Hold(func() { b.put(t, "backups/7", []byte("the other")) }))
	opt := smallParts
	opt.Renamer = &numbered{n: 7}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := b.store.Upload(ctx, "backups/7", bytes.NewReader(content(2*part)), opt)
	wantFault(t, err, fault.Failed, "upload s3://dumps/backups/7: another run has created an object with this name in the meantime",
		"run the command again: the existing object is complete and is not changed")
	b.wantContent(t, "backups/7", []byte("the other"))
	b.wantNoUploads(t)
}
