package s3store

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Permissions to read the settings of a bucket.
const (
	actionLifecycle    = "s3:GetLifecycleConfiguration"
	actionVersioning   = "s3:GetBucketVersioning"
	actionObjectLock   = "s3:GetBucketObjectLockConfiguration"
	actionPublicAccess = "s3:GetBucketPublicAccessBlock"
)

// settingsTimeout limits each request for a setting, which a run can do without.
const settingsTimeout = 10 * time.Second

// LifecycleRule is a rule of a bucket that deletes or moves objects.
type LifecycleRule struct {
	ID      string
	Enabled bool

	// Objects that the rule applies to.
	Prefix      string
	Tagged      bool  // only those with certain tags
	LargerThan  int64 // bytes; 0 for no limit
	SmallerThan int64 // bytes; 0 for no limit

	ExpireDays     int       // age at which objects are deleted; 0 for never
	ExpireDate     time.Time // date from which all are deleted; zero for never
	NoncurrentDays int       // age at which versions that are not current are deleted; 0 for never
	Moves          []Move
}

// Move is a transition to another storage class.
type Move struct {
	Days  int
	Date  time.Time // zero if Days applies
	Class string    // such as "GLACIER"
}

// LifecycleRules returns the lifecycle rules of the bucket, none if it has none. It needs
// s3:GetLifecycleConfiguration, and not every store supports it: see IsUnsupported.
func (s *Store) LifecycleRules(ctx context.Context) ([]LifecycleRule, error) {
	out, err := setting(ctx, s, "read the lifecycle rules of", actionLifecycle, s.client.GetBucketLifecycleConfiguration,
		&s3.GetBucketLifecycleConfigurationInput{Bucket: &s.bucket})
	if codeOf(err) == "NoSuchLifecycleConfiguration" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var rules []LifecycleRule
	for _, r := range out.Rules {
		rules = append(rules, lifecycleRule(r))
	}
	return rules, nil
}

func lifecycleRule(in types.LifecycleRule) LifecycleRule {
	r := LifecycleRule{ID: aws.ToString(in.ID), Enabled: in.Status == types.ExpirationStatusEnabled, Prefix: aws.ToString(in.Prefix)} //nolint:staticcheck // older rules have the prefix here
	if f := in.Filter; f != nil {
		and := f.And
		if and == nil {
			and = &types.LifecycleRuleAndOperator{Prefix: f.Prefix, ObjectSizeGreaterThan: f.ObjectSizeGreaterThan, ObjectSizeLessThan: f.ObjectSizeLessThan}
		}
		if and.Prefix != nil {
			r.Prefix = *and.Prefix
		}
		r.Tagged = f.Tag != nil || len(and.Tags) > 0
		r.LargerThan, r.SmallerThan = aws.ToInt64(and.ObjectSizeGreaterThan), aws.ToInt64(and.ObjectSizeLessThan)
	}
	if e := in.Expiration; e != nil {
		r.ExpireDays, r.ExpireDate = int(aws.ToInt32(e.Days)), aws.ToTime(e.Date)
	}
	if e := in.NoncurrentVersionExpiration; e != nil {
		r.NoncurrentDays = int(aws.ToInt32(e.NoncurrentDays))
	}
	for _, t := range in.Transitions {
		r.Moves = append(r.Moves, Move{int(aws.ToInt32(t.Days)), aws.ToTime(t.Date), string(t.StorageClass)})
	}
	return r
}

// Versioned reports whether the bucket keeps versions of its objects.
func (s *Store) Versioned(ctx context.Context) (bool, error) {
	out, err := setting(ctx, s, "read the versioning of", actionVersioning, s.client.GetBucketVersioning, &s3.GetBucketVersioningInput{Bucket: &s.bucket})
	return err == nil && out.Status == types.BucketVersioningStatusEnabled, err
}

// Locked reports whether Object Lock is on and whether it locks every new object.
func (s *Store) Locked(ctx context.Context) (on, byDefault bool, err error) {
	out, err := setting(ctx, s, "read the Object Lock settings of", actionObjectLock, s.client.GetObjectLockConfiguration,
		&s3.GetObjectLockConfigurationInput{Bucket: &s.bucket})
	if codeOf(err) == "ObjectLockConfigurationNotFoundError" {
		return false, false, nil
	}
	if err != nil || out.ObjectLockConfiguration == nil {
		return false, false, err
	}
	c := out.ObjectLockConfiguration
	return c.ObjectLockEnabled == types.ObjectLockEnabledEnabled, c.Rule != nil && c.Rule.DefaultRetention != nil, nil
}

// PublicAccessBlocked reports whether the bucket refuses all kinds of public access. An
// account can also refuse it for all of its buckets, which this request does not show.
func (s *Store) PublicAccessBlocked(ctx context.Context) (bool, error) {
	out, err := setting(ctx, s, "read the public access block of", actionPublicAccess, s.client.GetPublicAccessBlock,
		&s3.GetPublicAccessBlockInput{Bucket: &s.bucket})
	if codeOf(err) == "NoSuchPublicAccessBlockConfiguration" {
		return false, nil
	}
	if err != nil || out.PublicAccessBlockConfiguration == nil {
		return false, err
	}
	c := out.PublicAccessBlockConfiguration
	return aws.ToBool(c.BlockPublicAcls) && aws.ToBool(c.IgnorePublicAcls) && aws.ToBool(c.BlockPublicPolicy) && aws.ToBool(c.RestrictPublicBuckets), nil
}

// setting requests a setting of the bucket, without retries and with a short timeout.
func setting[In, Out any](ctx context.Context, s *Store, verb, action string,
	do func(context.Context, *In, ...func(*s3.Options)) (*Out, error), in *In,
) (*Out, error) {
	limited, cancel := context.WithTimeoutCause(ctx, settingsTimeout, errors.New("no answer within "+settingsTimeout.String()))
	defer cancel()
	out, err := call(limited, s, do, in, func(o *s3.Options) { o.Retryer = aws.NopRetryer{} })
	return out, s.fail(limited, operation{verb, "", action}, err)
}

// IsUnsupported reports whether the store does not support a request.
func IsUnsupported(err error) bool { return err != nil && isUnsupported(err) }
