package load

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/readers"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// data restores the rows, and lets b finish each table as soon as its rows are final.
func (l *Loader) data(ctx context.Context, head string, b *builder) (warnings []pgtools.Ignored, err error) {
	copies, rest := l.Tables.choose(divide(l.given, l.Dump.Blocks, b.dependents))
	copies, rest = setMasks(l.Mask, copies, rest)
	found, err := b.relations(ctx)
	if err != nil {
		return nil, err
	}
	works := divideWork(l.given, copies, rest, found, b.dependents)
	group, working := errgroup.WithContext(ctx)
	finish := func(w *tableWork) { group.Go(func() error { return b.finish(working, w) }) }
	group.Go(func() error {
		copied := func(c tableCopy) {
			if w := works[c.entry.ID]; w != nil && !w.late {
				finish(w)
			}
		}
		var err error
		if warnings, err = l.rows(working, head, copies, rest, copied); err != nil {
			return err
		}
		if err := l.afterData(working); err != nil {
			return err
		}
		b.show(l.Out.Progress("indexes and keys", console.Steps, int64(l.given.Indexes())))
		for _, w := range works {
			if w.late {
				finish(w)
			}
		}
		return nil
	})
	return warnings, group.Wait()
}

// rows restores the rows. If the offsets of the blocks are known, it reads and copies
// several tables at once. At the same time pg_restore restores the other data (large
// objects, values of sequences, rows from --inserts) from an archive of only those.
func (l *Loader) rows(ctx context.Context, head string, copies []tableCopy, rest remainder, copied func(tableCopy)) (warnings []pgtools.Ignored, err error) {
	if l.Dump.Blocks == nil && l.Dump.Stream != nil {
		return l.rowsInOrder(ctx, head, copies, rest, copied)
	}
	total := lengthOf(copies)
	for i := range copies {
		copies[i].parts = 1
		if !copies[i].alone {
			copies[i].parts = sessionsFor(copies[i].block.Length, total, l.Jobs)
		}
	}
	for _, b := range rest.blocks {
		total += b.Length
	}
	bar := l.Out.Progress("data", console.Bytes, total)
	defer bar.Done()
	turns, c := inTurn(copies), copier{l, bar, copied}
	for _, turn := range turns[:len(turns)-1] {
		if err := c.copyTables(ctx, turn); err != nil {
			return nil, err
		}
	}
	group, restoring := errgroup.WithContext(ctx)
	group.Go(func() error { return c.copyTables(restoring, turns[len(turns)-1]) })
	group.Go(func() (err error) {
		warnings, err = l.restoreRest(restoring, head, rest, func(ctx context.Context, offset, length int64) io.ReadCloser {
			return readers.Counting{ReadCloser: l.Dump.ReadRange(ctx, offset, length), Add: bar.Add}
		})
		return err
	})
	return warnings, group.Wait()
}

// inTurn divides copies, which are in the archive's order, into turns. The copies of a
// turn may run at once; the turns run one after another. A copy that must run alone
// has its own turn, after all copies before it in the archive and before all copies
// after it. The last turn has no such copy and may be empty. Large objects and values
// of sequences, which pg_dump writes after all rows, are restored during that turn.
func inTurn(copies []tableCopy) [][]tableCopy {
	turns := [][]tableCopy{nil}
	for _, c := range copies {
		last := len(turns) - 1
		switch {
		case !c.alone:
			turns[last] = append(turns[last], c)
		case len(turns[last]) == 0:
			turns = append(turns[:last], []tableCopy{c}, nil)
		default:
			turns = append(turns, []tableCopy{c}, nil)
		}
	}
	return turns
}

// tableCopy is the copy of one table's rows: their block and the COPY statement.
type tableCopy struct {
	entry *archive.Entry
	block archive.Block
	// table is the entry of the table; nil if the rows are copied into another table
	// (from a partition into the partitioned table), or the table is foreign.
	table *archive.Entry
	// mask masks the rows; nil if they are not masked.
	mask *rows.Table
	// parts is the number of sessions that share the rows.
	parts int
	// alone means that nothing else may be copied at the same time: see dependents.
	alone bool
}

// lengthOf returns the length of the blocks in the archive, in bytes.
func lengthOf(copies []tableCopy) (n int64) {
	for _, c := range copies {
		n += c.block.Length
	}
	return n
}

// remainder is the part of the data section that pg_restore restores.
type remainder struct {
	entries []*archive.Entry
	blocks  []archive.Block
}

// without returns r without the unwanted entries and their blocks.
func (r remainder) without(unwanted func(*archive.Entry) bool) remainder {
	var kept remainder
	dropped := map[int]bool{}
	for _, e := range r.entries {
		if dropped[e.ID] = unwanted(e); !dropped[e.ID] {
			kept.entries = append(kept.entries, e)
		}
	}
	for _, b := range r.blocks {
		if !dropped[b.ID] {
			kept.blocks = append(kept.blocks, b)
		}
	}
	return kept
}

// divide separates the rows of tables from the rest of the data section. If the offsets of
// the blocks are unknown, blocks is nil and the blocks in the result are zero values.
func divide(h *archive.Head, blocks []archive.Block, reading *dependents) (copies []tableCopy, rest remainder) {
	places := map[int]archive.Block{}
	for _, b := range blocks {
		places[b.ID] = b
	}
	byID := h.ByID()
	for _, e := range h.InSection(archive.SectionData) {
		b, has := places[e.ID]
		has = has || blocks == nil && e.HasBlock()
		if has && e.Desc == "TABLE DATA" && e.Copy != "" {
			c := tableCopy{entry: e, block: b, alone: reading.rows(e)}
			if t := tableOf(byID, e); t != nil && copiesInto(e.Copy, t) {
				c.table = t
			}
			copies = append(copies, c)
			continue
		}
		rest.entries = append(rest.entries, e)
		if has && blocks != nil {
			rest.blocks = append(rest.blocks, b)
		}
	}
	slices.SortFunc(rest.blocks, func(a, b archive.Block) int { return cmp.Compare(a.Offset, b.Offset) })
	return copies, rest
}

// A request costs a round trip, in which several hundred kilobytes could be transferred.
// So adjacent small blocks share one request.
const (
	smallBlock = 512 << 10 // bytes
	batchSize  = 4 << 20   // bytes
)

// batch is a run of adjacent blocks that one request reads.
type batch []tableCopy

func (b batch) offset() int64 { return b[0].block.Offset }

func (b batch) length() int64 {
	last := b[len(b)-1].block
	return last.Offset + last.Length - b.offset()
}

// batches groups adjacent blocks. The largest batch comes first: if one job copied it
// last, the other jobs would have to wait.
func batches(copies []tableCopy) []batch {
	copies = slices.Clone(copies)
	slices.SortFunc(copies, func(a, b tableCopy) int { return cmp.Compare(a.block.Offset, b.block.Offset) })
	var all []batch
	for _, c := range copies {
		if n := len(all); n > 0 {
			last := all[n-1]
			end := last.offset() + last.length()
			if end == c.block.Offset && c.block.Length < smallBlock &&
				last[len(last)-1].block.Length < smallBlock && last.length()+c.block.Length <= batchSize {
				all[n-1] = append(last, c)
				continue
			}
		}
		all = append(all, batch{c})
	}
	slices.SortStableFunc(all, func(a, b batch) int { return cmp.Compare(b.length(), a.length()) })
	return all
}

// copier copies the rows of tables whose blocks can be read in any order.
type copier struct {
	*Loader
	bar    *console.Progress
	copied func(tableCopy) // called once the rows of a table are loaded
}

// copyTables copies all tables' rows on as many connections as there are jobs.
func (l copier) copyTables(ctx context.Context, copies []tableCopy) error {
	work := make(chan batch)
	group, copying := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(work)
		for _, b := range batches(copies) {
			select {
			case work <- b:
			case <-copying.Done():
				return nil // the copy that failed returns the error
			}
		}
		return nil
	})
	pool := newSessions(l.Loader)
	defer pool.close(ctx)
	for range min(l.Jobs, len(copies)) {
		group.Go(func() error {
			data := archive.NewDataReader(l.Dump.Head)
			for b := range work {
				if err := l.copyBatch(copying, pool, data, b); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// copyBatch reads the blocks of a batch and copies each into its table.
func (l copier) copyBatch(ctx context.Context, pool *sessions, data *archive.DataReader, b batch) error {
	body := readers.Counting{ReadCloser: l.Dump.ReadRange(ctx, b.offset(), b.length()), Add: l.bar.Add}
	defer func() { _ = body.Close() }()
	for _, c := range b {
		done := l.bar.Job(c.entry.DisplayName())
		err := data.Reset(body, c.block)
		if err == nil {
			err = pool.copyTable(ctx, c, data)
		}
		done()
		if c.block.SHA256 != [sha256.Size]byte{} && (pgtools.SQLState(err) != "" || isMaskError(err)) {
			// The server or the mask may have failed because the block is damaged. Only
			// the checksum at the end of the block shows that.
			if _, damage := io.Copy(io.Discard, data); damage != nil {
				err = damage
			}
		}
		if err != nil {
			return l.tableError(c, err)
		}
		l.copied(c)
	}
	return nil
}

// tableError adds the table and the position in its rows to an error, and separates
// damage from errors of the server.
func (l *Loader) tableError(c tableCopy, err error) error {
	if _, damaged := errors.AsType[*archive.FormatError](err); damaged {
		return dump.DamageError(l.Dump.Name, fmt.Errorf("table %s: %w", c.entry.DisplayName(), err))
	}
	if isMaskError(err) {
		return fmt.Errorf("mask table %w", err) // err begins with the name of the table
	}
	where := ""
	line, column := pgtools.CopyPlace(err)
	if line > 0 && c.parts <= 1 { // with several sessions, it is the line within the part of one session
		where += fmt.Sprintf(", line %d", line)
	}
	if column != "" {
		where += ", column " + column
	}
	return fmt.Errorf("copy table %s%s: %w", c.entry.DisplayName(), where, pgtools.Explain(err, l.phrases))
}

// restoreRest runs pg_restore for the rest of the data section. pg_restore reads an
// archive of only those entries from its standard input.
func (l *Loader) restoreRest(ctx context.Context, head string, rest remainder, part dump.RangeReader) ([]pgtools.Ignored, error) {
	if len(rest.entries) == 0 {
		return nil, nil
	}
	list := filepath.Join(filepath.Dir(head), "rest")
	if err := writeList(list, rest.entries); err != nil {
		return nil, err
	}
	// Blocks that are checked or recompressed change their length on the way to
	// pg_restore, so the table of contents leaves out their offsets.
	var places []archive.Block
	statements := l.statements()
	if !slices.ContainsFunc(rest.blocks, statements.repacks) {
		places = rest.blocks
	}
	excerpt, err := archive.Excerpt(l.raw, l.given, places)
	if err != nil {
		return nil, dump.DamageError(l.Dump.Name, err)
	}
	readers := []io.Reader{bytes.NewReader(excerpt)}
	var bodies []io.Closer
	defer func() {
		for _, body := range slices.Backward(bodies) {
			_ = body.Close()
		}
	}()
	reading, stop := context.WithCancel(ctx)
	defer stop()
	for _, b := range rest.blocks {
		body := part(reading, b.Offset, b.Length)
		bodies = append(bodies, body)
		checked := &checkedReader{r: body, block: b, name: l.Dump.Name, sum: sha256.New()}
		if !statements.repacks(b) {
			readers = append(readers, checked)
			continue
		}
		genuine := statements.genuine(b, checked)
		bodies = append(bodies, genuine)
		readers = append(readers, genuine)
	}
	return l.restore(ctx, pgtools.RestoreOptions{
		Input: stoppedReader{io.MultiReader(readers...), stop}, Sections: []string{"data"}, ListFile: list,
	})
}

// stoppedReader is a reader whose Close interrupts a Read that waits for S3: if
// pg_restore has failed, the rest is not needed.
type stoppedReader struct {
	io.Reader
	stop context.CancelFunc
}

func (s stoppedReader) Close() error {
	s.stop()
	return nil
}

// checkedReader reads one block unchanged and verifies its checksum.
type checkedReader struct {
	r     io.Reader
	block archive.Block
	name  string
	sum   hash.Hash
}

func (c *checkedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	_, _ = c.sum.Write(p[:n]) // a hash never fails
	if errors.Is(err, io.EOF) && c.block.SHA256 != [sha256.Size]byte{} && !bytes.Equal(c.sum.Sum(nil), c.block.SHA256[:]) {
		return 0, fault.New(fault.Integrity, dump.SuggestOlder, "%s: the checksum of the block at byte %d does not match the manifest", c.name, c.block.Offset)
	}
	return n, err
}
