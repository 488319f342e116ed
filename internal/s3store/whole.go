package s3store

import (
	"context"
	"crypto/md5" //nolint:gosec // an ETag is an MD5
	"encoding/base64"
	"encoding/hex"
	"hash"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/minio/crc64nvme"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Details is what the store tells of an object beyond a listing.
type Details struct {
	Object
	SSE, KMSKeyID string // how it is encrypted, as in UploadOptions

	crc64nvme string // of the whole, as in S3's header; "" when the store has none
}

// Details returns what the store knows of obj, which must come from a listing or
// a Head. An object that was replaced since is an error with the code
// fault.Integrity.
func (s *Store) Details(ctx context.Context, obj Object) (Details, error) {
	op := operation{"look up", obj.Key, actionGet}
	out, err := call(ctx, s, s.client.HeadObject, &s3.HeadObjectInput{
		Bucket: &s.bucket, Key: &obj.Key, ChecksumMode: types.ChecksumModeEnabled,
	})
	if err != nil {
		return Details{}, s.fail(ctx, op, err)
	}
	d := Details{
		Object: Object{Key: obj.Key, Size: aws.ToInt64(out.ContentLength), ETag: unquoteETag(out.ETag), LastModified: aws.ToTime(out.LastModified).UTC()},
		SSE:    string(out.ServerSideEncryption), KMSKeyID: aws.ToString(out.SSEKMSKeyId),
	}
	if d.Size != obj.Size || (obj.ETag != "" && d.ETag != obj.ETag) {
		return Details{}, replaced(s.on(op))
	}
	if out.ChecksumType != types.ChecksumTypeComposite {
		d.crc64nvme = aws.ToString(toldSum(out.ChecksumCRC64NVME))
	}
	return d, nil
}

// Sum returns a checksum of the kind that the store has of the object. The
// object's bytes are to be written to it, in order.
func (d Details) Sum() *Sum {
	switch {
	case d.crc64nvme != "":
		return &Sum{Kind: "CRC64NVME", want: d.crc64nvme, hash: crc64nvme.New(), encode: base64.StdEncoding.EncodeToString}
	case isMD5.MatchString(d.ETag) && (d.SSE == "" || d.SSE == string(types.ServerSideEncryptionAes256)):
		return &Sum{Kind: "MD5", want: d.ETag, hash: md5.New(), encode: hex.EncodeToString} //nolint:gosec // an ETag is an MD5
	}
	return &Sum{}
}

// isMD5 is the form of the ETag of an object that was uploaded in one piece. It
// is the MD5 of the content unless a KMS key encrypts the object:
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
var isMD5 = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Sum compares the bytes of an object with the store's own checksum of it.
type Sum struct {
	Kind string // "CRC64NVME" or "MD5"; "" when the store has none that can be compared

	want   string
	hash   hash.Hash
	encode func([]byte) string
}

// Write implements io.Writer. It never fails.
func (c *Sum) Write(p []byte) (int, error) {
	if c.hash == nil {
		return len(p), nil
	}
	return c.hash.Write(p)
}

// Matches reports whether the bytes written so far are what the store received;
// true when it cannot tell.
func (c *Sum) Matches() bool {
	return c.hash == nil || c.encode(c.hash.Sum(nil)) == c.want
}

// replaced is the error for an object that is no longer the one that was asked
// for.
func replaced(what string) error {
	return fault.New(fault.Integrity, "start again with the new object", "%s: the object was replaced while it was read", what)
}
