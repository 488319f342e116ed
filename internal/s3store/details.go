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

// Details describes an object in more detail than a listing.
type Details struct {
	Object
	SSE, KMSKeyID string // encryption, as in UploadOptions
	Version       string // "" or "null" in a bucket without versions

	crc64nvme string // CRC64NVME of the whole object, in the form of S3's header; "" for none
}

// Details returns the details of obj, which must come from List or Head. If the object
// has been replaced since then, the error has the code fault.Integrity.
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
		Version: aws.ToString(out.VersionId),
	}
	if d.Size != obj.Size || (obj.ETag != "" && d.ETag != obj.ETag) {
		return Details{}, replacedError(s.on(op))
	}
	if out.ChecksumType != types.ChecksumTypeComposite {
		d.crc64nvme = aws.ToString(parseSum(out.ChecksumCRC64NVME))
	}
	return d, nil
}

// Sum returns a checksum of the kind that the store has for the object. Write the bytes of
// the object to it in order.
func (d Details) Sum() *Sum {
	switch {
	case d.crc64nvme != "":
		return &Sum{Kind: "CRC64NVME", want: d.crc64nvme, hash: crc64nvme.New(), encode: base64.StdEncoding.EncodeToString}
	case isMD5.MatchString(d.ETag) && (d.SSE == "" || d.SSE == string(types.ServerSideEncryptionAes256)):
		return &Sum{Kind: "MD5", want: d.ETag, hash: md5.New(), encode: hex.EncodeToString} //nolint:gosec // an ETag is an MD5
	}
	return &Sum{}
}

// isMD5 matches the ETag of an object that was uploaded in one piece. Such an ETag is the
// MD5 of the content unless a KMS key encrypts the object.
//
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
var isMD5 = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Sum compares the bytes of an object with the store's checksum.
type Sum struct {
	Kind string // "CRC64NVME", "MD5", or "" if there is no checksum to compare with

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

// Matches reports whether the checksum of the bytes so far is the store's checksum. It
// returns true if there is no checksum to compare with.
func (c *Sum) Matches() bool {
	return c.Computed() == c.want
}

// Expected returns the store's checksum, "" if there is none.
func (c *Sum) Expected() string { return c.want }

// Computed returns the checksum of the bytes so far in the store's encoding, "" if there
// is none to compare with.
func (c *Sum) Computed() string {
	if c.hash == nil {
		return ""
	}
	return c.encode(c.hash.Sum(nil))
}

// replacedError reports that the object was replaced.
func replacedError(what string) error {
	return fault.New(fault.Integrity, "start again with the new object", "%s: the object was replaced while it was read", what)
}
