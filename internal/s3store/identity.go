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

// Identity is as whom a Store talks to its bucket.
type Identity struct {
	AccessKeyID string
	Origin      string    // what of the SDK found the key, such as "EnvConfigCredentials"
	Profile     string    // "" when the key is not from a profile
	Expires     time.Time // UTC, when they are renewed at the latest; zero when they do not expire
	ARN         string    // "" for a store other than AWS
}

// Identity looks the credentials up, and asks AWS whose they are: that takes no
// permission. A store other than AWS is not asked. The error has the code
// fault.Denied.
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
		return id, fault.Wrap(fault.Denied, hint, &opError{text: "ask AWS whose the credentials are: " + c.words, err: err})
	}
	id.ARN = aws.ToString(out.Arn)
	return id, nil
}

// Permission is whether a Store may do something to its bucket.
type Permission struct {
	Action  string // as a policy names it, such as "s3:PutObject"
	Granted bool
	Err     error // why it cannot be told; nil otherwise
}

// WritePermissions asks whether a backup may write the object key: by requests
// about an upload that does not exist, which change nothing whatever the answer.
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

// permission turns the answer to a request that cannot succeed into whether it
// was allowed: a store looks for the upload only then.
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
