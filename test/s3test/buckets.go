package s3test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/rubyforgood/hectl/internal/s3store"
)

// newClient returns a plain client, so that tests do not look into a bucket through
// the code under test.
func (s *Server) newClient() (*s3.Client, *http.Transport) {
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	return s3.New(s3.Options{
		BaseEndpoint: &s.URL,
		UsePathStyle: true,
		Region:       s.Region,
		Credentials:  credentials.NewStaticCredentialsProvider(s.AccessKey, s.SecretKey, ""),
		HTTPClient:   &http.Client{Transport: transport},
	}), transport
}

// CreateBucket creates a bucket, unless it exists.
func (s *Server) CreateBucket(ctx context.Context, name string) error {
	_, err := s.client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &name})
	if _, ok := errors.AsType[*types.BucketAlreadyOwnedByYou](err); ok {
		return nil
	}
	return err
}

// CreateVersionedBucket creates a bucket that keeps versions, on a server with
// Options.Versions.
func (s *Server) CreateVersionedBucket(ctx context.Context, name string) error {
	if err := s.CreateBucket(ctx, name); err != nil {
		return err
	}
	_, err := s.client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket: &name, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	return err
}

// CreateLockableBucket creates a bucket whose objects can be locked. Without
// Options.Versions, it keeps no versions, unlike such a bucket on AWS. Deleting a
// locked object is then refused, where AWS would add a delete marker.
func (s *Server) CreateLockableBucket(ctx context.Context, name string) error {
	_, err := s.client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &name, ObjectLockEnabledForBucket: aws.Bool(true)})
	return err
}

// Lock puts a legal hold on an object of a lockable bucket.
func (s *Server) Lock(ctx context.Context, bucket, key string) error {
	_, err := s.client.PutObjectLegalHold(ctx, &s3.PutObjectLegalHoldInput{
		Bucket: &bucket, Key: &key, LegalHold: &types.ObjectLockLegalHold{Status: types.ObjectLockLegalHoldStatusOn},
	})
	return err
}

// Put writes an object, and replaces an older one.
func (s *Server) Put(ctx context.Context, bucket, key string, data []byte) error {
	_, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(data)})
	return err
}

// Get returns an object's content.
func (s *Server) Get(ctx context.Context, bucket, key string) ([]byte, error) {
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(out.Body)
	return data, errors.Join(err, out.Body.Close())
}

// Delete deletes an object.
func (s *Server) Delete(ctx context.Context, bucket, key string) error {
	_, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: &key})
	return err
}

// Checksum returns the CRC64NVME that the server has for an object, in base64 like
// its header; "" if it has none.
func (s *Server) Checksum(ctx context.Context, bucket, key string) (string, error) {
	out, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key, ChecksumMode: types.ChecksumModeEnabled})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ChecksumCRC64NVME), nil
}

// Objects returns all objects of a bucket.
func (s *Server) Objects(ctx context.Context, bucket string) ([]s3store.Object, error) {
	var objects []s3store.Object
	pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, o := range page.Contents {
			objects = append(objects, s3store.Object{
				Key:          aws.ToString(o.Key),
				Size:         aws.ToInt64(o.Size),
				ETag:         strings.Trim(aws.ToString(o.ETag), `"`),
				LastModified: aws.ToTime(o.LastModified).UTC(),
			})
		}
	}
	return objects, nil
}

// Uploads returns the multipart uploads of a bucket that are still open.
func (s *Server) Uploads(ctx context.Context, bucket string) ([]s3store.PendingUpload, error) {
	var uploads []s3store.PendingUpload
	pages := s3.NewListMultipartUploadsPaginator(s.client, &s3.ListMultipartUploadsInput{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, u := range page.Uploads {
			uploads = append(uploads, s3store.PendingUpload{
				Key: aws.ToString(u.Key), ID: aws.ToString(u.UploadId), Initiated: aws.ToTime(u.Initiated).UTC(),
			})
		}
	}
	return uploads, nil
}

// Open opens a multipart upload and backdates it by ago.
func (s *Server) Open(ctx context.Context, bucket, key string, ago time.Duration) error {
	out, err := s.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return err
	}
	found, err := filepath.Glob(s.Path(bucket, ".sgwtmp/multipart/*/"+aws.ToString(out.UploadId)))
	if err != nil || len(found) != 1 {
		return fmt.Errorf("open an upload of %s: it is kept in %q: %w", key, found, err)
	}
	then := time.Now().Add(-ago)
	return os.Chtimes(found[0], then, then)
}

// Backdate makes an object older by ago.
func (s *Server) Backdate(bucket, key string, ago time.Duration) error {
	then := time.Now().Add(-ago)
	return os.Chtimes(s.Path(bucket, key), then, then)
}

// AddUser adds a user with the role "user", "userplus" or "admin". Before Allow, a
// user has no rights on the administrator's buckets.
func (s *Server) AddUser(ctx context.Context, access, secret, role string) error {
	body, err := xml.Marshal(struct {
		XMLName              xml.Name `xml:"Account"`
		Access, Secret, Role string
	}{Access: access, Secret: secret, Role: role})
	if err != nil {
		return fmt.Errorf("add user %s: %w", access, err)
	}
	if err := s.admin(ctx, "/create-user", body); err != nil {
		return fmt.Errorf("add user %s: %w", access, err)
	}
	return nil
}

// admin calls the gateway's own API, which is not in the AWS SDK.
func (s *Server) admin(ctx context.Context, path string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPatch, s.URL+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	req.Header.Set("X-Amz-Content-Sha256", hash)
	keys := aws.Credentials{AccessKeyID: s.AccessKey, SecretAccessKey: s.SecretKey}
	if err := v4.NewSigner().SignHTTP(ctx, keys, req, hash, "s3", s.Region, time.Now()); err != nil {
		return err
	}
	resp, err := (&http.Client{Transport: s.http}).Do(req)
	if err != nil {
		return err
	}
	answer, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s: %s", resp.Status, bytes.TrimSpace(answer))
	}
	return nil
}

// Allow grants a user permissions such as "s3:PutObject" on a bucket and all of its
// objects. It replaces the bucket's policy.
func (s *Server) Allow(ctx context.Context, bucket, access string, actions ...string) error {
	policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":[%q]},
		"Action":["%s"],"Resource":["arn:aws:s3:::%s","arn:aws:s3:::%[3]s/*"]}]}`,
		access, strings.Join(actions, `","`), bucket)
	_, err := s.client.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &policy})
	return err
}
