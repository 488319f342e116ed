package attachments

import (
	"crypto/md5" //nolint:gosec // Active Storage's checksums are MD5s
	"encoding/base64"
)

// Blob is a row of active_storage_blobs.
type Blob struct {
	Key  string
	Size int64 // bytes
	// MD5 is that of the content, 16 bytes; nil when the row has none: a blob that
	// was composed of others, or one whose checksum is of another kind.
	MD5 []byte
	// Service is the name of the service that has the blob; "" where Rails is
	// older than 6.1, and the table has no such column.
	Service string

	path string // in the folder; set by NewPlan
}

// md5Of reads the column checksum, which is the base64 of an MD5.
func md5Of(checksum string) []byte {
	sum, err := base64.StdEncoding.DecodeString(checksum)
	if err != nil || len(sum) != md5.Size {
		return nil
	}
	return sum
}

// Problem is a blob that was left out, and why.
type Problem struct {
	Key    string `json:"key"`
	Reason string `json:"reason"` // completes "KEY: "
}
