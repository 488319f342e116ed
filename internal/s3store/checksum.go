package s3store

import (
	"encoding/base64"
	"encoding/binary"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// encodeSum returns a CRC64NVME in the form of S3's headers: big endian, base64.
func encodeSum(sum uint64) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, sum))
}

// parseSum returns the header if it is a CRC64NVME, else nil. Some stores send a value of a
// different length in that header.
func parseSum(header *string) *string {
	if sum, err := base64.StdEncoding.DecodeString(aws.ToString(header)); err != nil || len(sum) != 8 {
		return nil
	}
	return header
}

// sumIf returns the header for sum, or nil to omit it.
func sumIf(with bool, sum uint64) *string {
	if !with {
		return nil
	}
	return aws.String(encodeSum(sum))
}

// tryChecksums makes a request with checksums, and again without if the store does not
// support them. Backblaze B2 and older servers refuse the headers.
func (s *Store) tryChecksums(do func(with bool) error) error {
	if s.plain.Load() {
		return do(false)
	}
	err := do(true)
	switch codeOf(err) {
	case "InvalidRequest", "InvalidArgument", "NotImplemented":
	default:
		return err
	}
	// The codes are vague. Only success without checksums proves that the store refused
	// them.
	if err := do(false); err != nil {
		return err
	}
	if s.plain.CompareAndSwap(false, true) {
		s.logf("the store refuses CRC64NVME checksums (%s): uploading without them", causeOf(err))
	}
	return nil
}
