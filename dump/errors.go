package dump

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// The advice for a dump that cannot be restored.
const (
	SuggestOlder  = `"hectl list" shows the dumps; restore the one before this with "hectl restore KEY"`
	suggestCustom = "hectl reads pg_dump's custom format: pg_dump -Fc"
)

// InBucket reports whether a dump's name is that of an object in a bucket.
func InBucket(name string) bool { return strings.HasPrefix(name, "s3://") }

// DamageErrorf is the error for a dump that is not what was written.
func DamageErrorf(name, format string, args ...any) error {
	hint := ""
	if InBucket(name) {
		hint = SuggestOlder
	}
	return fault.New(fault.Integrity, hint, format, args...)
}

// DamageError is the error for a dump that is damaged or cut off.
func DamageError(name string, err error) error {
	return DamageErrorf(name, "%s is not whole: %w", name, err)
}

// explainUnreadable says what is wrong with a dump whose head cannot be read. A file
// that is something else altogether was named by mistake; an object in the
// bucket was once a dump.
func explainUnreadable(name string, head []byte, err error) error {
	_, misread := errors.AsType[*archive.FormatError](err)
	var known *fault.Error
	switch {
	case errors.As(err, &known):
		return known // which says what was read, and why not
	case len(head) == 0 && errors.Is(err, io.ErrUnexpectedEOF):
		return fault.New(fault.Integrity, "", "read %s: it is empty", name)
	case bytes.HasPrefix(head, []byte("--")):
		return fault.New(fault.Usage, `restore it with "psql -f"`, "read %s: this is SQL text, not an archive of pg_dump -Fc", name)
	case !misread || InBucket(name):
	case otherFormat(head) != "":
		return fault.New(fault.Usage, suggestCustom, "read %s: this is %s, not an archive of pg_dump -Fc", name, otherFormat(head))
	case !strings.HasPrefix(string(head), magic) && !strings.HasPrefix(magic, string(head)):
		return fault.New(fault.Usage, suggestCustom, "read %s: %w", name, err)
	}
	return DamageErrorf(name, "read %s: %w", name, err)
}

// magic is what an archive begins with.
const magic = "PGDMP"

// BeginsArchive reports whether the first bytes of a file may be those of an archive.
func BeginsArchive(start []byte) bool {
	start = start[:min(len(start), len(magic))]
	return strings.HasPrefix(magic, string(start))
}

// otherFormat names what begins with head and is no archive in the custom
// format, "" when it is not known. ReadHead has read no more than 5 bytes of
// what does not begin with the magic, and of what does, no more than 11 when
// the last, which is the format, is wrong.
func otherFormat(head []byte) string {
	for _, f := range []struct{ start, name string }{
		{"\x1f\x8b", "compressed with gzip"},
		{"\x28\xb5\x2f\xfd", "compressed with zstd"},
		{"\xfd7zXZ", "compressed with xz"},
		{"BZh", "compressed with bzip2"},
		{"toc.d", "a dump in the tar format"},
	} {
		if strings.HasPrefix(string(head), f.start) {
			return f.name
		}
	}
	if strings.HasPrefix(string(head), magic) && len(head) == 11 && head[10] == 3 {
		return "the table of contents of a dump in the directory format"
	}
	return ""
}
