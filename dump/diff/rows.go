package diff

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// Options control how rows are read.
type Options struct {
	Memory int           // for sorting, in bytes; 0 means 32 MiB
	Dir    string        // for temporary files; "" means the system's default
	Add    func(n int64) // gets the number of newly downloaded bytes, from two goroutines; may be nil
}

const defaultMemory = 32 << 20

// A Change is a row that differs, in COPY's text format with its line break. From is nil
// for an added row, To for a removed one. Key has the columns of the key, separated by
// tabs. All three are valid until yield returns.
type Change struct{ Key, From, To []byte }

// Changes reads the rows of a changed table, and passes those that differ to yield, in the
// byte order of their keys.
func (t *Table) Changes(ctx context.Context, opt Options, yield func(Change) error) (err error) {
	if opt.Memory == 0 {
		opt.Memory = defaultMemory
	}
	sides := [2]*Rows{t.From, t.To}
	var sorters [2]*sorter
	group, reading := errgroup.WithContext(ctx)
	for i, side := range sides {
		s := &sorter{limit: opt.Memory / 2, dir: opt.Dir}
		sorters[i] = s
		group.Go(func() error {
			return side.read(reading, opt.Add, func(row []byte) error { return s.add(keyIn(row, t.key), row) })
		})
	}
	defer func() {
		for _, s := range sorters {
			err = errors.Join(err, s.close())
		}
	}()
	if err := group.Wait(); err != nil {
		return fmt.Errorf("compare %s: %w", t.Name, err)
	}
	return t.pair(sorters[0], sorters[1], yield)
}

// pair compares rows with the same key.
func (t *Table) pair(from, to *sorter, yield func(Change) error) error {
	a, err := from.sorted()
	if err != nil {
		return err
	}
	b, err := to.sorted()
	if err != nil {
		return err
	}
	old, now := &unique{cursor: a, table: t}, &unique{cursor: b, table: t}
	if err := errors.Join(old.advance(), now.advance()); err != nil {
		return err
	}
	for !old.ended || !now.ended {
		order := bytes.Compare(old.key, now.key)
		switch {
		case old.ended:
			order = 1
		case now.ended:
			order = -1
		}
		var change Change
		if order <= 0 {
			change.Key, change.From = old.key, old.row
		}
		if order >= 0 {
			change.Key, change.To = now.key, now.row
		}
		if !bytes.Equal(change.From, change.To) {
			if err := yield(change); err != nil {
				return err
			}
		}
		if order <= 0 {
			if err := old.advance(); err != nil {
				return err
			}
		}
		if order >= 0 {
			if err := now.advance(); err != nil {
				return err
			}
		}
	}
	return nil
}

// unique is a cursor that returns an error for two rows with the same key.
type unique struct {
	*cursor
	table *Table
	ended bool
	last  []byte
}

func (u *unique) advance() error {
	first := u.last == nil
	if !first {
		u.last = append(u.last[:0], u.key...)
	}
	err := u.next()
	switch {
	case errors.Is(err, io.EOF):
		u.ended = true
		return nil
	case err != nil:
		return err
	case first:
		u.last = []byte{}
	case bytes.Equal(u.last, u.key):
		return fault.New(fault.Integrity, "", "two rows of %s have the same key", u.table.Name)
	}
	return nil
}

// keyIn returns the key columns of a row, joined by tabs, which no column contains.
func keyIn(row []byte, places []int) []byte {
	if len(places) == 1 {
		return column(row, places[0])
	}
	var key []byte
	for i, place := range places {
		if i > 0 {
			key = append(key, '\t')
		}
		key = append(key, column(row, place)...)
	}
	return key
}

func column(row []byte, n int) []byte {
	rest := bytes.TrimSuffix(row, []byte{'\n'})
	for range n {
		_, rest, _ = bytes.Cut(rest, []byte{'\t'})
	}
	value, _, _ := bytes.Cut(rest, []byte{'\t'})
	return value
}

// read passes the rows that may differ to each, with their line breaks.
func (r *Rows) read(ctx context.Context, add func(int64), each func(row []byte) error) error {
	if add == nil || !dump.InBucket(r.dump.Name) {
		add = func(int64) {}
	}
	if r.segments == nil {
		return r.readBlock(ctx, add, each)
	}
	reader, err := archive.NewSegmentReader(r.dump.Head)
	if err != nil {
		return err
	}
	return r.download(ctx, func(s catalog.ManifestSegment, chunks []byte) error {
		add(s.Length)
		text, err := reader.Text(chunks)
		if err == nil && sha256.Sum256(text) != s.SHA256 {
			err = errors.New("the checksum of its rows does not match the manifest")
		}
		if err != nil {
			return dump.DamageError(r.dump.Name, fmt.Errorf("the segment at byte %d: %w", r.blocks[0].Offset+s.Offset, err))
		}
		for len(text) > 0 {
			n := bytes.IndexByte(text, '\n') + 1
			if n == 0 {
				return dump.DamageError(r.dump.Name, fmt.Errorf("the segment at byte %d ends within a row", r.blocks[0].Offset+s.Offset))
			}
			if err := each(text[:n]); err != nil {
				return err
			}
			text = text[n:]
		}
		return nil
	})
}

// requests is the number of concurrent downloads for one side of a table. Each downloads
// one segment or several adjacent ones.
const requests = 4

// download passes the segments that differ to each, one at a time, in the order of their
// arrival. The bytes are valid until each returns.
func (r *Rows) download(ctx context.Context, each func(catalog.ManifestSegment, []byte) error) error {
	group, loading := errgroup.WithContext(ctx)
	group.SetLimit(requests)
	var one sync.Mutex
	for rest := r.differ; len(rest) > 0; {
		run := adjacent(rest)
		rest = rest[len(run):]
		group.Go(func() (err error) {
			last := run[len(run)-1]
			body := r.dump.ReadRange(loading, r.blocks[0].Offset+run[0].Offset, last.Offset+last.Length-run[0].Offset)
			defer func() { _ = body.Close() }() // either all of it was read, or the earlier error matters
			var chunks bytes.Buffer
			for _, s := range run {
				chunks.Reset()
				if _, err := io.CopyN(&chunks, body, s.Length); err != nil {
					return fmt.Errorf("read %s: %w", r.dump.Name, err)
				}
				one.Lock()
				err := each(s, chunks.Bytes())
				one.Unlock()
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// adjacent returns the segments at the start of list that have no gaps between them.
func adjacent(list []catalog.ManifestSegment) []catalog.ManifestSegment {
	n := 1
	for n < len(list) && list[n].Offset == list[n-1].Offset+list[n-1].Length {
		n++
	}
	return list[:n]
}

// endOfRows is the line after the rows.
const endOfRows = "\\.\n"

// readBlock passes all rows to each.
func (r *Rows) readBlock(ctx context.Context, add func(int64), each func([]byte) error) error {
	data := archive.NewDataReader(r.dump.Head)
	for _, b := range r.blocks {
		body := r.dump.ReadRange(ctx, b.Offset, b.Length)
		err := readRows(data, body, b, each)
		if closeErr := body.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return r.explain(err)
		}
		add(b.Length)
	}
	return nil
}

// explain returns the error to report for a failed read of the archive.
func (r *Rows) explain(err error) error {
	if _, damaged := errors.AsType[*archive.FormatError](err); damaged {
		return dump.DamageError(r.dump.Name, err)
	}
	return fmt.Errorf("read %s: %w", r.dump.Name, err)
}

// readRows passes the rows of a block to each. It reads the block to its end, where the
// checksum is compared.
func readRows(data *archive.DataReader, body io.Reader, b archive.Block, each func([]byte) error) error {
	if err := data.Reset(body, b); err != nil {
		return err
	}
	in := bufio.NewReaderSize(data, 256<<10)
	var long []byte
	for {
		piece, err := in.ReadSlice('\n')
		row := piece
		if long != nil || errors.Is(err, bufio.ErrBufferFull) {
			long = append(long, piece...)
			row = long
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return noEOF(err)
		case string(row) == endOfRows:
			_, err := io.Copy(io.Discard, in)
			return err
		}
		if err := each(row); err != nil {
			return err
		}
		long = nil
	}
}
