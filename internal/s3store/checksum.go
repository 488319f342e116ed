package s3store

import (
	"encoding/base64"
	"encoding/binary"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// encodeSum writes a CRC64NVME as S3's headers have it: big endian, base64.
func encodeSum(sum uint64) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, sum))
}

// toldSum returns the CRC64NVME of a header, nil if there is none. Some stores have
// something else under that name, by its length: that is none.
func toldSum(header *string) *string {
	if sum, err := base64.StdEncoding.DecodeString(aws.ToString(header)); err != nil || len(sum) != 8 {
		return nil
	}
	return header
}

// sumIf returns the header's value, or nil to leave it out.
func sumIf(with bool, sum uint64) *string {
	if !with {
		return nil
	}
	return aws.String(encodeSum(sum))
}

// checked makes a request with checksums, and again without when the store
// does not know them. Backblaze B2 and older servers refuse the headers.
func (s *Store) checked(do func(with bool) error) error {
	if s.plain.Load() {
		return do(false)
	}
	err := do(true)
	switch codeOf(err) {
	case "InvalidRequest", "InvalidArgument", "NotImplemented":
	default:
		return err
	}
	// The codes are vague. Only success without says what the matter was.
	if err := do(false); err != nil {
		return err
	}
	if s.plain.CompareAndSwap(false, true) {
		s.logf("the store refuses CRC64NVME checksums (%s): uploading without", causeOf(err))
	}
	return nil
}
