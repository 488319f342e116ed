package archive_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestReadHeadOfATruncatedArchive(t *testing.T) {
	data := fixture(t, "17-gzip-file")
	head, err := archive.ReadHead(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for n := int64(0); n < head.Length; n += 1 + n/50 {
		if _, err := archive.ReadHead(bytes.NewReader(data[:n])); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("cut at %d of %d: %v", n, head.Length, err)
		}
	}
}

func TestReadHeadOfOtherThings(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"text", "-- PostgreSQL database dump\n", `byte 0: it begins with "-- Po"`},
		{"an old layout", "PGDMP\x01\x0d\x00\x04\x08\x01", "layout 1.13-0"},
		{"a layout to come", "PGDMP\x01\x11\x00\x04\x08\x01", "layout 1.17-0"},
		{"the tar format", "PGDMP\x01\x0e\x00\x04\x08\x03", "format 3"},
		{"wide integers", "PGDMP\x01\x0e\x00\x09\x08\x01", "integers have 9 bytes"},
		{"unknown compression", "PGDMP\x01\x10\x00\x04\x08\x01\x09", "unknown compression 9"},
		{"a string of 2 GB", "PGDMP\x01\x10\x00\x04\x08\x01\x00" + strings.Repeat("\x00\x01\x00\x00\x00", 7) + "\x00\x00\x00\x00\x7f", "byte 52: database: a length of"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := archive.ReadHead(strings.NewReader(tt.in))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
