package backup

import (
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// bucketWith is a bucket that contains objects with these keys.
type bucketWith []string

func (b bucketWith) List(_ context.Context, prefix string) iter.Seq2[s3store.Object, error] {
	return func(yield func(s3store.Object, error) bool) {
		for _, key := range b {
			if strings.HasPrefix(key, prefix) && !yield(s3store.Object{Key: key}, nil) {
				return
			}
		}
	}
}

// unlistable is a bucket without permission to list it.
type unlistable struct{}

func (unlistable) List(context.Context, string) iter.Seq2[s3store.Object, error] {
	return func(yield func(s3store.Object, error) bool) { yield(s3store.Object{}, errors.New("denied")) }
}

// quietConsole returns a console without output, whose clock is at now.
func quietConsole(now time.Time) *console.Console {
	return console.New(console.Options{Stdout: io.Discard, Stderr: io.Discard, Now: func() time.Time { return now }})
}

func TestChooseKey(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 8, 30, 0, 5e8, time.UTC)
	later := start.Add(time.Minute) // later than every key, so choose never waits
	key := func(base string, second int) string {
		return catalog.Key(base, "production", start.Add(time.Duration(second)*time.Second))
	}
	for _, tt := range []struct {
		name          string
		dumps, masked lister
		want          string
	}{
		{"free", bucketWith{key("", 1), catalog.Key("", "staging", start)}, nil, key("", 0)},
		{"a dump", bucketWith{key("", 0)}, nil, key("", 1)},
		{"a manifest", bucketWith{catalog.ManifestKey("", key("", 0))}, nil, key("", 1)},
		{"several", bucketWith{key("", 0), key("", 1), catalog.ManifestKey("", key("", 2))}, nil, key("", 3)},
		{"a longer key", bucketWith{key("", 0) + ".part"}, nil, key("", 0)},
		{"a masked dump", bucketWith{}, bucketWith{key("m", 0)}, key("", 1)},
		{"another folder of the masked bucket", bucketWith{}, bucketWith{key("", 0)}, key("", 0)},
		{"in doubt", unlistable{}, unlistable{}, key("", 0)},
	} {
		k := &keyChooser{out: quietConsole(later), label: "production", dir: t.TempDir(), places: []place{{tt.dumps, config.Bucket{Name: "b"}}}}
		if tt.masked != nil {
			k.places = append(k.places, place{tt.masked, config.Bucket{Name: "m", Base: "m"}})
		}
		if err := k.choose(t.Context(), start); err != nil || k.key() != tt.want {
			t.Errorf("%s: got %s, %v; want %s", tt.name, k.key(), err, tt.want)
		}
		k.release()
		if left, err := os.ReadDir(k.dir); len(left) != 0 || err != nil {
			t.Errorf("%s: left behind: %v, %v", tt.name, left, err)
		}
	}
}

// Two runs on one machine must take different keys before either has written anything.
func TestChooseKeyOfAnotherRun(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	dir := t.TempDir()
	chooser := func(bucket string) *keyChooser {
		k := &keyChooser{out: quietConsole(start.Add(time.Minute)), label: "production", dir: dir, places: []place{{bucketWith{}, config.Bucket{Name: bucket}}}}
		if err := k.choose(t.Context(), start); err != nil {
			t.Fatal(err)
		}
		return k
	}
	first, second, elsewhere := chooser("b"), chooser("b"), chooser("other")
	if first.key() == second.key() || elsewhere.key() != first.key() {
		t.Errorf("first %s, second %s, in another bucket %s", first.key(), second.key(), elsewhere.key())
	}
	first.release()
	if again := chooser("b"); again.key() != catalog.Key("", "production", start) {
		t.Errorf("after the release: %s", again.key())
	}
}

func TestChooseKeyRemovesTheLocksOfKilledRuns(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	k := &keyChooser{out: quietConsole(start), label: "production", dir: t.TempDir(), places: []place{{bucketWith{}, config.Bucket{Name: "b"}}}}
	if err := k.choose(t.Context(), start.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := k.lock.Close(); err != nil { // as the kernel does when a process exits
		t.Fatal(err)
	}
	old := k.lock.Name()
	if err := k.choose(t.Context(), start); err != nil {
		t.Fatal(err)
	}
	defer k.release()
	if _, err := os.Stat(old); err == nil || filepath.Dir(old) != k.dir {
		t.Errorf("%s is still there", old)
	}
}

// If another machine takes the key first, the upload continues with the next free one.
func TestRename(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	k := &keyChooser{out: quietConsole(start.Add(time.Minute)), label: "production", dir: t.TempDir(), places: []place{
		{bucketWith{catalog.Key("", "production", start.Add(time.Second))}, config.Bucket{Name: "b"}},
	}}
	if err := k.choose(t.Context(), start); err != nil {
		t.Fatal(err)
	}
	defer k.release()
	if key, err := k.Rename(t.Context(), ""); err != nil || key != catalog.Key("", "production", start.Add(2*time.Second)) {
		t.Errorf("got %s, %v", key, err)
	}
	// The clock is behind the key: waiting for it must stop when the context is canceled.
	k.out = quietConsole(start)
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped")
	cancel(stopped)
	if _, err := k.Rename(ctx, ""); !errors.Is(err, stopped) {
		t.Errorf("got %v", err)
	}
}
