package dump

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// Hints for a dump that cannot be restored.
const (
	SuggestOlder  = `restore the dump before it with "hectl restore KEY"; "hectl list" shows the keys`
	suggestCustom = "make the dump with \"pg_dump -Fc\": hectl reads only this format"
)

// InBucket reports whether name is the address of an object in a bucket.
func InBucket(name string) bool { return strings.HasPrefix(name, "s3://") }

// DamageErrorf returns an integrity error about a dump.
func DamageErrorf(name, format string, args ...any) error {
	hint := ""
	if InBucket(name) {
		hint = SuggestOlder
	}
	return fault.New(fault.Integrity, hint, format, args...)
}

// DamageError returns an integrity error for a damaged or truncated dump.
func DamageError(name string, err error) error {
	return DamageErrorf(name, "%s is damaged: %w", name, err)
}

// explainUnreadable returns the error for a dump whose head cannot be read. A local file in
// another format was probably named by mistake. An object in the bucket was once a dump, so
// it is damaged.
func explainUnreadable(name string, head []byte, err error) error {
	_, misread := errors.AsType[*archive.FormatError](err)
	var known *fault.Error
	switch {
	case errors.As(err, &known):
		return known // known already names the object and the cause
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

// magic is at the start of every archive.
const magic = "PGDMP"

// BeginsArchive reports whether start can be the first bytes of an archive.
func BeginsArchive(start []byte) bool {
	start = start[:min(len(start), len(magic))]
	return strings.HasPrefix(magic, string(start))
}

// otherFormat returns the format of a file that starts with head and is not an archive in
// the custom format, or "" if the format is unknown. head has 5 bytes if the magic is
// missing, and 11 if the last of them, the format, is wrong.
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
