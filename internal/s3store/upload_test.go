package s3store_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/crc64nvme"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/test/s3test"
)

const part = 5 * mib // the smallest part that S3 accepts

var smallParts = s3store.UploadOptions{PartSize: part}

func TestUploadRoundTrip(t *testing.T) {
	b := newBench(t)
	data := content(3*part + 12345)
	for _, size := range []int{0, 1, part - 1, part, part + 1, 2 * part, len(data)} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			key := fmt.Sprintf("backups/%d", size)
			var progress atomic.Int64
			opt := smallParts
			opt.Progress = func(n int64) { progress.Add(n) }
			obj, err := b.store.Upload(t.Context(), key, pipeLike(data[:size]), opt)
			if err != nil {
				t.Fatal(err)
			}
			b.wantContent(t, key, data[:size])
			head, err := b.store.Head(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			if obj.Key != key || obj.Size != int64(size) || obj.ETag != head.ETag {
				t.Errorf("Upload = %+v, the store has %+v", obj, head)
			}
			if progress.Load() != int64(size) {
				t.Errorf("progress adds up to %d", progress.Load())
			}
			sum, err := b.Checksum(t.Context(), bucket, key)
			if want := crc(data[:size]); err != nil || sum != want {
				t.Errorf("checksum %q (%v), want %q", sum, err, want)
			}
			got, err := io.ReadAll(readAndClose(t, b.store.Download(t.Context(), head, s3store.DownloadOptions{RangeSize: mib})))
			if err != nil || !bytes.Equal(got, data[:size]) {
				t.Errorf("downloaded %d bytes (%v)", len(got), err)
			}
		})
	}
	if n := b.proxy.Requests(s3test.Is("CreateMultipartUpload")); n != 3 {
		t.Errorf("%d multipart uploads, want 3: what fits one part is a single request", n)
	}
	b.wantNoUploads(t)
}

func TestUploadReaderFailureLeavesNothing(t *testing.T) {
	b := newBench(t)
	broken := errors.New("pg_dump exited with 1")
	for _, size := range []int{0, 100, part, 3*part + 100} {
		_, err := b.store.Upload(t.Context(), "backups/x", stream(content(size), broken), smallParts)
		if !errors.Is(err, broken) {
			t.Errorf("%d bytes: %v", size, err)
		}
		if want := "upload s3://dumps/backups/x: read the stream: pg_dump exited with 1"; err.Error() != want {
			t.Errorf("%d bytes: %v, want %s", size, err, want)
		}
		b.wantNothingLeft(t)
	}
}

func TestUploadCancelledLeavesNothing(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		name string
		at   s3test.Match
	}{
		{"before the first request", nil},
		{"while the upload is opened", s3test.Is("CreateMultipartUpload")},
		{"while parts are sent", s3test.Is("UploadPart")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer b.proxy.Reset()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if tt.at == nil {
				cancel()
			} else {
				b.proxy.On(tt.at, s3test.Hold(cancel))
			}
			_, err := b.store.Upload(ctx, "backups/x", bytes.NewReader(content(3*part)), smallParts)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("err = %v", err)
			}
			if want := "upload s3://dumps/backups/x: context canceled"; err.Error() != want {
				t.Errorf("err = %v, want %s", err, want)
			}
			b.wantNothingLeft(t)
		})
	}
}

// The last request is not interrupted: its outcome would be unknown.
func TestUploadCancelledDuringTheLastRequestSucceeds(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		last string
		size int
	}{{"CompleteMultipartUpload", 2 * part}, {"PutObject", 100}} {
		t.Run(tt.last, func(t *testing.T) {
			defer b.proxy.Reset()
			ctx, cancel := context.WithCancel(t.Context())
			b.proxy.On(s3test.Is(tt.last), s3test.Hold(cancel))
			obj, err := b.store.Upload(ctx, tt.last, bytes.NewReader(content(tt.size)), smallParts)
			if err != nil || obj.Size != int64(tt.size) {
				t.Errorf("Upload = %+v, %v", obj, err)
			}
			b.wantContent(t, tt.last, content(tt.size))
			b.wantNoUploads(t)
		})
	}
}

// Upload returns even if a Read hangs.
func TestUploadCancelledWhileReaderBlocks(t *testing.T) {
	b := newBench(t)
	for _, size := range []int{100, 3 * part} {
		ctx, cancel := context.WithCancel(t.Context())
		r, w := io.Pipe()
		go func() {
			_, _ = w.Write(content(size)) // fails for the unread part
			cancel()
		}()
		if _, err := b.store.Upload(ctx, "backups/x", r, smallParts); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		_ = r.Close() // as the owner of a pipe does, so that the goroutine ends
		b.wantNothingLeft(t)
	}
}

func TestUploadNeverOverwrites(t *testing.T) {
	b := newBench(t)
	for _, size := range []int{100, 2 * part} {
		old := []byte("the old one")
		b.put(t, "backups/x", old)
		_, err := b.store.Upload(t.Context(), "backups/x", bytes.NewReader(content(size)), smallParts)
		wantFault(t, err, fault.Failed, "upload s3://dumps/backups/x: the object already exists",
			"write to another bucket or folder, or run the command again: hectl never overwrites an object")
		b.wantContent(t, "backups/x", old)
		b.wantNoUploads(t)
	}
	// Upload does not overwrite an object with the same bytes, although it looks like its
	// own.
	same := content(100)
	b.put(t, "backups/same", same)
	if _, err := b.store.Upload(t.Context(), "backups/same", bytes.NewReader(same), smallParts); err == nil {
		t.Error("an object like the upload was taken for it")
	}
}

// With versioning and Object Lock, a new version would hide the dump.
func TestUploadNeverHidesAVersion(t *testing.T) {
	server, err := s3test.Start(t.Context(), s3test.Options{Versions: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	server.SetEnv(t)
	for name, create := range map[string]func(context.Context, string) error{
		"versioned": server.CreateVersionedBucket, "lockable": server.CreateLockableBucket,
	} {
		t.Run(name, func(t *testing.T) {
			if err := create(t.Context(), name); err != nil {
				t.Fatal(err)
			}
			store := open(t, s3store.Config{Bucket: name, EndpointURL: server.URL})
			for _, size := range []int{100, 2*part + 1} {
				key := fmt.Sprintf("backups/%d", size)
				if _, err := store.Upload(t.Context(), key, bytes.NewReader(content(size)), smallParts); err != nil {
					t.Fatal(err)
				}
				_, err := store.Upload(t.Context(), key, bytes.NewReader(content(size+1)), smallParts)
				wantFault(t, err, fault.Failed, "upload s3://"+name+"/"+key+": the object already exists", "")
				if got, err := server.Get(t.Context(), name, key); err != nil || !bytes.Equal(got, content(size)) {
					t.Errorf("%s: %d bytes, %v", key, len(got), err)
				}
			}
			if left, err := server.Uploads(t.Context(), name); err != nil || len(left) > 0 {
				t.Errorf("open uploads: %v, %v", left, err)
			}
		})
	}
}

// The request that creates the object succeeds, but its answer is an error or is lost.
// Upload recognizes its object.
func TestUploadAnswerLost(t *testing.T) {
	b := newBench(t)
	b.loseAnswers(t, b.store)
}

// Upload also recognizes its object without read permission.
func TestUploadAnswerLostToAWriter(t *testing.T) {
	b := newBench(t)
	if err := b.AddUser(t.Context(), "writer", secret, "user"); err != nil {
		t.Fatal(err)
	}
	if err := b.Allow(t.Context(), bucket, "writer", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:ListBucket"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "writer")
	t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
	b.loseAnswers(t, open(t, s3store.Config{EndpointURL: b.proxy.URL}))
}

func (b *bench) loseAnswers(t *testing.T, store *s3store.Store) {
	t.Helper()
	for _, last := range []string{"CompleteMultipartUpload", "PutObject"} {
		for name, f := range map[string]s3test.Fault{
			"500":   s3test.LoseAnswer(500, "InternalError"),
			"reset": s3test.ResetAfter(),
			// S3's answer to the retry, which versitygw lets succeed.
			"412": refuseRepetition(s3test.Answer(412, "PreconditionFailed")),
			"404": refuseRepetition(s3test.Answer(404, "NoSuchUpload")),
		} {
			t.Run(last+" "+name, func(t *testing.T) {
				defer b.proxy.Reset()
				data := content(2 * part)
				if last == "PutObject" {
					data = data[:100]
				}
				key := last + name
				times := 1
				if name == "412" || name == "404" {
					times = 2
				}
				rule := b.proxy.On(s3test.Is(last), f).Times(times)
				obj, err := store.Upload(t.Context(), key, bytes.NewReader(data), smallParts)
				if err != nil {
					t.Fatal(err)
				}
				if obj.Size != int64(len(data)) || rule.Hits() != times {
					t.Errorf("Upload = %+v after %d faults", obj, rule.Hits())
				}
				b.wantContent(t, key, data)
				b.wantNoUploads(t)
			})
		}
	}
}

// The answer is lost, and the next attempt finds another object with the key.
func TestUploadAnswerLostAndObjectIsAnother(t *testing.T) {
	b := newBench(t)
	other := content(2*part + 1)[1:]
	b.proxy.On(s3test.Is("CompleteMultipartUpload"), func(p *s3test.Proxy, w http.ResponseWriter, r *http.Request) {
		if err := b.Put(context.WithoutCancel(r.Context()), bucket, "backups/x", other); err != nil {
			t.Error(err)
		}
		s3test.Answer(500, "InternalError")(p, w, r)
	}).Times(1)
	_, err := b.store.Upload(t.Context(), "backups/x", bytes.NewReader(content(2*part)), smallParts)
	wantFault(t, err, fault.Failed, "upload s3://dumps/backups/x: the object already exists", "")
	b.wantContent(t, "backups/x", other)
	b.wantNoUploads(t)
}

func TestUploadWithoutChecksums(t *testing.T) {
	for _, tt := range []struct {
		name, code string
		status     int
	}{{"put", "InvalidArgument", 400}, {"multipart", "NotImplemented", 501}} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			hasChecksum := func(r *http.Request) bool {
				for name := range r.Header {
					if strings.HasPrefix(name, "X-Amz-Checksum") || strings.HasPrefix(name, "X-Amz-Sdk-Checksum") {
						return true
					}
				}
				return false
			}
			refused := b.proxy.On(hasChecksum, s3test.AnswerMessage(tt.status, tt.code, "Unsupported header x-amz-checksum"))
			var log atomic.Value
			store := b.Store(t, bucket, s3test.Via(b.proxy), func(c *s3store.Config) {
				c.Log = func(format string, args ...any) { log.Store(fmt.Sprintf(format, args...)) }
			})
			data := content(2 * part)
			if tt.name == "put" {
				data = data[:1000]
			}
			// This answer is also lost: without a checksum, the ETag identifies the object.
			b.proxy.On(s3test.Is("CompleteMultipartUpload"), s3test.ResetAfter()).Times(1)
			for i := range 2 {
				if _, err := store.Upload(t.Context(), fmt.Sprint(i), bytes.NewReader(data), smallParts); err != nil {
					t.Fatal(err)
				}
				b.wantContent(t, fmt.Sprint(i), data)
			}
			if refused.Hits() != 1 {
				t.Errorf("asked %d times", refused.Hits())
			}
			if said := fmt.Sprint(log.Load()); tt.name == "put" && !strings.Contains(said, "refuses CRC64NVME checksums") {
				t.Errorf("said %q", said)
			}
		})
	}
}

// A store that reports another checksum has damaged the data.
func TestUploadWrongChecksumIsRefused(t *testing.T) {
	b := newBench(t)
	for _, op := range []string{"PutObject", "UploadPart"} {
		t.Run(op, func(t *testing.T) {
			defer b.proxy.Reset()
			b.proxy.On(s3test.Is(op), storedWrong)
			size := 100
			if op == "UploadPart" {
				size = 2 * part
			}
			_, err := b.store.Upload(t.Context(), "backups/x", bytes.NewReader(content(size)), smallParts)
			if fault.CodeOf(err) != fault.Integrity {
				t.Errorf("err = %v", err)
			}
			b.wantNothingLeft(t)
		})
	}
}

func TestPartSize(t *testing.T) {
	const gib, tib = 1 << 30, 1 << 40
	for _, tt := range []struct {
		opt  s3store.UploadOptions
		want int64 // 0 for an error
	}{
		{s3store.UploadOptions{}, 16 * mib},
		{s3store.UploadOptions{Estimate: 1}, 8 * mib},
		{s3store.UploadOptions{Estimate: 62 * gib}, 8 * mib},
		{s3store.UploadOptions{Estimate: 63 * gib}, 9 * mib},
		{s3store.UploadOptions{Estimate: 125 * gib}, 16 * mib},
		{s3store.UploadOptions{Estimate: 5 * tib}, 656 * mib},
		{s3store.UploadOptions{Estimate: 1 << 62}, 5 * gib},
		{s3store.UploadOptions{Estimate: 5 * tib, PartSize: 5 * mib}, 5 * mib},
		{s3store.UploadOptions{PartSize: 5 * gib}, 5 * gib},
		{s3store.UploadOptions{PartSize: 5*mib - 1}, 0},
		{s3store.UploadOptions{PartSize: 5*gib + 1}, 0},
		{s3store.UploadOptions{PartSize: -1}, 0},
	} {
		got, err := s3store.PartSize(tt.opt)
		if got != tt.want || (err == nil) != (tt.want > 0) {
			t.Errorf("%+v: %d, %v, want %d", tt.opt, got, err, tt.want)
		}
		if err != nil && fault.CodeOf(err) != fault.Usage {
			t.Errorf("%+v: code %d", tt.opt, fault.CodeOf(err))
		}
	}
}

// A stream of the estimated length, and one that is a quarter longer, fits into 10,000
// parts. docs/performance.md has these numbers.
func TestPartsOfLargeDumps(t *testing.T) {
	const gb = 1_000_000_000
	for _, tt := range []struct {
		estimate, parts, memory int64 // bytes, a number, MiB
	}{
		{1 * gb, 120, 40},
		{20 * gb, 2385, 40},
		{100 * gb, 7948, 60},
		{250 * gb, 7948, 150},
		{1000 * gb, 7948, 360},
		{5000 * gb, 7988, 1791},
	} {
		size, err := s3store.PartSize(s3store.UploadOptions{Estimate: tt.estimate})
		if err != nil {
			t.Fatal(err)
		}
		parts := (tt.estimate + size - 1) / size
		memory := int64(s3store.InFlight(s3store.UploadOptions{}, size)+1) * size / mib
		if parts != tt.parts || memory != tt.memory {
			t.Errorf("%d GB: %d parts, %d MiB of memory", tt.estimate/gb, parts, memory)
		}
		if most := (tt.estimate*5/4 + size - 1) / size; most > 10_000 {
			t.Errorf("%d GB and a quarter: %d parts", tt.estimate/gb, most)
		}
	}
	if n := s3store.InFlight(s3store.UploadOptions{InFlight: 7}, 1<<30); n != 7 {
		t.Errorf("%d parts in flight instead of 7", n)
	}
}

// Four parts are sent while one is filled: 5 × 8 MiB, for every length of the stream.
func TestUploadMemory(t *testing.T) {
	b := newBench(t)
	const size = 300 * mib
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)

	var peak atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapAlloc-min(m.HeapAlloc, before.HeapAlloc)))
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	_, err := b.store.Upload(t.Context(), "backups/x", io.LimitReader(zeros{}, size), s3store.UploadOptions{Estimate: size})
	close(stop)
	<-stopped
	if err != nil {
		t.Fatal(err)
	}
	const want = 5 * 8 * mib
	t.Logf("heap grew by %d MiB", peak.Load()/mib)
	if peak.Load() > want*3/2 {
		t.Errorf("heap grew by %d MiB, want about %d", peak.Load()/mib, want/mib)
	}
}

// crc returns the CRC64NVME of data in the form of S3.
func crc(data []byte) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, crc64nvme.Checksum(data)))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// pipeLike returns a reader that returns up to 64 KiB per Read, like a pipe.
func pipeLike(data []byte) io.Reader {
	r := bytes.NewReader(data)
	return readerFunc(func(p []byte) (int, error) { return r.Read(p[:min(len(p), 64<<10)]) })
}

func TestUploadReplaces(t *testing.T) {
	b := newBench(t)
	const text, hint = "upload s3://dumps/backups/x: the object to replace has changed or no longer exists", "check the object, then try again: another program changed or deleted it"
	for _, size := range []int{100, 2 * part} {
		opt := smallParts
		opt.Replace = b.put(t, "backups/x", []byte("the old one")).ETag
		if _, err := b.store.Upload(t.Context(), "backups/x", bytes.NewReader(content(size)), opt); err != nil {
			t.Fatal(err)
		}
		b.wantContent(t, "backups/x", content(size))

		// The object has changed since.
		_, err := b.store.Upload(t.Context(), "backups/x", bytes.NewReader(content(size+1)), opt)
		wantFault(t, err, fault.Failed, text, hint)
		b.wantContent(t, "backups/x", content(size))
		if err := b.store.Delete(t.Context(), "backups/x"); err != nil {
			t.Fatal(err)
		}
		_, err = b.store.Upload(t.Context(), "backups/x", bytes.NewReader(content(size)), opt)
		wantFault(t, err, fault.Failed, text, hint)
		b.wantNoUploads(t)
	}

	// The answer is lost, and the retry finds the new object.
	opt := s3store.UploadOptions{Replace: b.put(t, "backups/x", []byte("the old one")).ETag}
	b.proxy.On(s3test.Is("PutObject"), s3test.ResetAfter()).Times(1)
	if _, err := b.store.Upload(t.Context(), "backups/x", bytes.NewReader(content(100)), opt); err != nil {
		t.Fatal(err)
	}
	b.wantContent(t, "backups/x", content(100))
}
