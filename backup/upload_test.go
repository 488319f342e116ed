package backup

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/backup/source"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
	"github.com/rubyforgood/hectl/test/s3test"
)

// The dump is in the bucket as a whole or not at all, whether pg_dump or sessions read
// the rows.
func TestUpload(t *testing.T) {
	server, bucket := pgtest.New(t), s3test.New(t)
	store := bucket.Store(t, "dumps")
	// pg_dump still has rows to write when the sessions take over: a pipe buffers 64 kB.
	const sql = "CREATE TABLE items AS SELECT sha512(n::text::bytea) FROM generate_series(1, 10000) AS n; CREATE TABLE others AS TABLE items"
	if err := server.Exec(t.Context(), "postgres", sql); err != nil {
		t.Fatal(err)
	}
	tools, err := pgtools.FindTools(t.Context(), server.Bin(), os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	compress := compression{rows: "6", alone: "1"}
	for _, tt := range []struct {
		name     string
		jobs     int
		compress string // compression of pg_dump alone
		exclude  string
		stall    error  // the timeout that has already stopped the run
		want     string // part of the error; "" for none
		by       string // the compression of the dump
		tables   int    // -1 if pg_dump wrote the rows
	}{
		{"sessions", 2, "1", "", nil, "", "6", 2},
		{"pg_dump alone", 0, "1", "", nil, "", "1", -1},
		{"without the rows of a table", 1, "1", "items", nil, "", "6", 1},
		{"pg_dump fails", 0, "nonsense", "", nil, "nonsense", "", 0},
		{"timed out", 1, "1", "", errTimeout, "timed out", "", 0},
	} {
		src, err := source.Lock(t.Context(), server.Conn("postgres"))
		if err != nil {
			t.Fatal(err)
		}
		tool, err := tools.Dump(src.ServerVersion())
		if err != nil {
			t.Fatal(err)
		}
		ctx, limits := startTimeouts(t.Context(), 0)
		if tt.stall != nil {
			limits.cancel(tt.stall)
		}
		r := dumpRun{
			store: store, source: server.Conn("postgres"), session: src, tool: tool, jobs: tt.jobs, compress: compress, limits: limits,
			out:     console.New(console.Options{Stdout: io.Discard, Stderr: t.Output(), Now: time.Now}),
			options: pgtools.DumpOptions{AppName: source.AppName, Compress: tt.compress},
		}
		if tt.exclude != "" {
			r.options.ExcludeTableData = []string{tt.exclude}
		}
		key := strings.ReplaceAll(tt.name, " ", "-")
		dump, err := r.upload(ctx, key, s3store.UploadOptions{})
		if tt.stall != nil {
			if got := r.explain(ctx, io.ErrClosedPipe); !errors.Is(got, tt.stall) {
				t.Errorf("%s: a closed pipe is explained by %v", tt.name, got)
			}
		}
		limits.stop()
		src.Close(t.Context())
		_, headErr := store.Head(t.Context(), key)
		if tt.want != "" {
			if err == nil || !strings.Contains(err.Error(), tt.want) || headErr == nil || tt.stall != nil && !errors.Is(err, tt.stall) {
				t.Errorf("%s: %v; in the bucket: %t", tt.name, err, headErr == nil)
			}
			continue
		}
		if err != nil || headErr != nil {
			t.Errorf("%s: %v, %v", tt.name, err, headErr)
			continue
		}
		if dump.compress != tt.by || !dump.Stream.Known() || dump.Object.Key != key || (dump.Tables == nil) != (tt.tables < 0) || tt.tables >= 0 && len(dump.Tables) != tt.tables {
			t.Errorf("%s: %+v", tt.name, dump)
		}
	}
	open, err := bucket.Uploads(t.Context(), "dumps")
	if err != nil || len(open) != 0 {
		t.Errorf("open uploads: %v, %v", open, err)
	}
}
