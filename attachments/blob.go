package attachments

import (
	"crypto/md5" //nolint:gosec // Active Storage's checksums are MD5s
	"encoding/base64"
)

// blob is a row of active_storage_blobs.
type blob struct {
	Key  string
	Size int64 // bytes
	// MD5 of the content, 16 bytes; nil if the row has none: the blob was composed of others,
	// or its checksum is of a different kind.
	MD5 []byte
	// Service is the name of the service that stores the blob; "" before Rails 6.1,
	// where the table has no such column.
	Service string

	path string // path in the folder; set by newPlan
}

// md5Of decodes the column checksum, an MD5 in base64. It returns nil for other text.
func md5Of(checksum string) []byte {
	sum, err := base64.StdEncoding.DecodeString(checksum)
	if err != nil || len(sum) != md5.Size {
		return nil
	}
	return sum
}

// unusable is a blob that was left out, with the reason.
type unusable struct {
	Key    string `json:"key"`
	Reason string `json:"reason"` // completes "KEY: "
}
