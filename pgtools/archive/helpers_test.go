package archive_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// readHead returns the head of a valid archive.
func readHead(tb testing.TB, data []byte) *archive.Head {
	tb.Helper()
	h, err := archive.ReadHead(bytes.NewReader(data))
	if err != nil {
		tb.Fatal(err)
	}
	return h
}

// scan returns the blocks of an intact archive.
func scan(tb testing.TB, data []byte, h *archive.Head) []archive.Block {
	tb.Helper()
	blocks, err := archive.Scan(bytes.NewReader(data[h.Length:]), h, archive.IndexOptions{SHA256: true})
	if err != nil {
		tb.Fatal(err)
	}
	return blocks
}

// listing returns the entries as "pg_restore -l" prints them:
// "id; table-oid oid desc schema tag owner".
func listing(h *archive.Head) string {
	var b strings.Builder
	for _, e := range h.Entries {
		switch e.Desc {
		case "ENCODING", "STDSTRINGS", "SEARCHPATH", "DATABASE":
			continue // pg_restore -l omits them
		}
		namespace := e.Namespace
		if namespace == "" {
			namespace = "-"
		}
		line := fmt.Sprintf("%d; %s %s %s %s %s %s", e.ID, e.TableOID, e.OID, e.Desc, namespace, e.Tag, e.Owner)
		b.WriteString(strings.TrimSpace(strings.ReplaceAll(line, "\n", " ")) + "\n")
	}
	return b.String()
}

// entryLines returns the entries from the output of "pg_restore -l".
func entryLines(listing []byte) string {
	var b strings.Builder
	for line := range strings.Lines(string(listing)) {
		if !strings.HasPrefix(line, ";") {
			b.WriteString(strings.TrimSpace(line) + "\n")
		}
	}
	return b.String()
}

// contents returns the contents of the blocks of an archive: for each table the COPY
// statement and the data, for each large object a line with its oid and bytes.
func contents(tb testing.TB, data []byte, h *archive.Head, blocks []archive.Block) string {
	tb.Helper()
	statement := map[int]string{}
	for _, e := range h.Entries {
		statement[e.ID] = e.Copy
	}
	var b strings.Builder
	d := archive.NewDataReader(h)
	for _, block := range blocks {
		if err := d.Reset(bytes.NewReader(data[block.Offset:]), block); err != nil {
			tb.Fatal(err)
		}
		if !block.LargeObjects {
			b.WriteString(statement[block.ID])
			if _, err := io.Copy(&b, d); err != nil {
				tb.Fatal(err)
			}
			continue
		}
		for {
			oid, err := d.NextObject()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				tb.Fatal(err)
			}
			object, err := io.ReadAll(d)
			if err != nil {
				tb.Fatal(err)
			}
			fmt.Fprintf(&b, "large object %d: %x\n", oid, object)
		}
	}
	return b.String()
}

var (
	objectBegins = regexp.MustCompile(`^SELECT pg_catalog\.lo_open\('(\d+)', 131072\);$`)
	objectGoesOn = regexp.MustCompile(`^SELECT pg_catalog\.lowrite\(0, '\\x([0-9a-f]*)'\);$`)
)

// scriptContents is like contents, for the script of "pg_restore --section=data -f -".
func scriptContents(tb testing.TB, script []byte) string {
	tb.Helper()
	var b strings.Builder
	copying := false
	for line := range strings.Lines(string(script)) {
		bare := strings.TrimSuffix(line, "\n")
		switch {
		case copying:
			b.WriteString(line)
			if copying = bare != `\.`; !copying {
				b.WriteString("\n\n")
			}
		case strings.HasPrefix(line, "COPY "):
			copying = true
			b.WriteString(line)
		case bare == "SELECT pg_catalog.lo_close(0);":
			b.WriteString("\n")
		case strings.HasPrefix(line, "SELECT pg_catalog.lo"):
			if m := objectBegins.FindStringSubmatch(bare); m != nil {
				fmt.Fprintf(&b, "large object %s: ", m[1])
			} else if m := objectGoesOn.FindStringSubmatch(bare); m != nil {
				if _, err := hex.DecodeString(m[1]); err != nil {
					tb.Fatal(err)
				}
				b.WriteString(m[1])
			}
		}
	}
	return b.String()
}

// withoutTime returns an archive with its creation time zeroed.
func withoutTime(data []byte, h *archive.Head) []byte {
	const integer = 5
	at := len("PGDMP") + 3 + 3 // magic, version, sizes and format
	if h.Version.Minor >= 15 {
		at++
	} else {
		at += integer
	}
	data = bytes.Clone(data)
	clear(data[at : at+7*integer])
	return data
}

// patched returns a copy of an archive with the offsets of its blocks filled in.
func patched(tb testing.TB, data []byte, h *archive.Head, blocks []archive.Block) []byte {
	tb.Helper()
	data = bytes.Clone(data)
	if err := archive.Patch(data[:h.Length], h, blocks); err != nil {
		tb.Fatal(err)
	}
	return data
}

// rewritten returns an archive whose blocks were read with a DataReader and written with a
// DataWriter, in pieces of random size. It has no offsets, like an archive that pg_dump
// writes to a pipe.
func rewritten(tb testing.TB, data []byte, level, piece int) []byte {
	tb.Helper()
	h := readHead(tb, data)
	head, err := archive.Excerpt(data[:h.Length], h, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return repacked(tb, data, head, level, piece)
}

// repacked returns an archive with another head and with its blocks in that head's
// compression.
func repacked(tb testing.TB, data, head []byte, level, piece int) []byte {
	tb.Helper()
	h := readHead(tb, data)
	out := bytes.NewBuffer(bytes.Clone(head))
	r, w := archive.NewDataReader(h), archive.NewDataWriter(readHead(tb, head), level)
	// Hide the methods that would copy everything at once.
	from, to, buf := struct{ io.Reader }{r}, struct{ io.Writer }{w}, make([]byte, piece)
	for _, b := range scan(tb, data, h) {
		err := errors.Join(r.Reset(bytes.NewReader(data[b.Offset:]), b), w.Reset(out, b))
		for err == nil {
			if b.LargeObjects {
				oid, last := r.NextObject()
				if errors.Is(last, io.EOF) {
					break
				}
				err = errors.Join(last, w.NextObject(oid))
			}
			if err == nil {
				_, err = io.CopyBuffer(to, from, buf)
			}
			if !b.LargeObjects {
				break
			}
		}
		if err = errors.Join(err, w.Close()); err != nil {
			tb.Fatal(err)
		}
	}
	return out.Bytes()
}
