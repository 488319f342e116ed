package s3store

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Identity is the identity that a Store uses.
type Identity struct {
	AccessKeyID string
	Origin      string    // provider of the SDK, such as "EnvConfigCredentials"
	Profile     string    // "" if the key is not from a profile
	Expires     time.Time // UTC; zero if the credentials do not expire
	ARN         string    // "" for a store other than AWS
}

// Identity returns the credentials' identity. It requests the ARN from AWS, which needs
// no permission, unless the store is not AWS. The error has the code fault.Denied.
func (s *Store) Identity(ctx context.Context) (Identity, error) {
	creds, err := s.Credentials(ctx)
	if err != nil {
		return Identity{}, err
	}
	id := Identity{AccessKeyID: creds.AccessKeyID, Origin: creds.Source}
	switch kind := s.creds.from.kind; {
	case kind == fromContainer, kind == fromNowhere, creds.Source == config.CredentialsSourceName:
	default:
		id.Profile = s.creds.from.profile
	}
	if creds.CanExpire {
		id.Expires = creds.Expires.UTC()
	}
	if !s.identifiable {
		return id, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, dialTimeout, errors.New("no answer within "+dialTimeout.String()))
	defer cancel()
	out, err := s.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}, func(o *sts.Options) { o.Region = *s.region.Load() })
	if err != nil {
		c := explain(err)
		hint := c.hint
		if c.ask == askSession {
			hint = s.sessionHint()
		}
		return id, fault.Wrap(fault.Denied, hint, &opError{text: "identify the AWS credentials: " + c.words, err: err})
	}
	id.ARN = aws.ToString(out.Arn)
	return id, nil
}

// Permission is a permission of a Store's credentials.
type Permission struct {
	Action  string // name in a policy, such as "s3:PutObject"
	Granted bool
	Err     error // set if it cannot be determined
}

// WritePermissions checks the permissions that a backup needs to write the object key. Its
// requests name an upload that does not exist, so they change nothing.
func (s *Store) WritePermissions(ctx context.Context, key string) []Permission {
	id := "hectl-asks-for-an-upload-that-does-not-exist"
	return []Permission{
		s.permission(actionPut, func() error {
			number := int32(1)
			_, err := call(ctx, s, s.client.UploadPart, &s3.UploadPartInput{Bucket: &s.bucket, Key: &key, UploadId: &id, PartNumber: &number})
			return err
		}),
		s.permission(actionAbort, func() error {
			_, err := call(ctx, s, s.client.AbortMultipartUpload, &s3.AbortMultipartUploadInput{Bucket: &s.bucket, Key: &key, UploadId: &id})
			return err
		}),
		s.permission(actionListParts, func() error {
			_, err := call(ctx, s, s.client.ListParts, &s3.ListPartsInput{Bucket: &s.bucket, Key: &key, UploadId: &id})
			return err
		}),
	}
}

// permission derives a permission from the answer to a request that cannot succeed: the
// store looks for the upload only if the request is allowed.
func (s *Store) permission(action string, ask func() error) Permission {
	switch err := ask(); {
	case err == nil, codeOf(err) == "NoSuchUpload":
		return Permission{Action: action, Granted: true}
	case codeOf(err) == "AccessDenied":
		return Permission{Action: action}
	default:
		return Permission{Action: action, Err: &opError{text: causeOf(err), err: err}}
	}
}
