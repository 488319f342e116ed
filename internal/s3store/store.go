package s3store

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Config says which bucket, where, and as whom. Only Bucket is required: the
// rest falls back to the AWS SDK's own chain of environment and profile.
type Config struct {
	// Bucket is the bucket's name, without s3:// and without a path.
	Bucket string

	// Region is where the bucket is. Empty means the SDK's chain, and
	// us-east-1 when that is empty too. A wrong region is found out from the
	// store's answer and the request repeated there.
	Region string

	// EndpointURL is the address of a store other than AWS. Empty means what
	// the SDK reads from AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or the profile,
	// else AWS.
	EndpointURL string

	// PathStyle puts the bucket into the path (true) or the host name (false).
	// Nil means the path with a custom endpoint and the host name on AWS.
	PathStyle *bool

	// Profile names a profile of ~/.aws/config. Empty means AWS_PROFILE or
	// "default", and that keys in the environment come first.
	Profile string

	// Keys, when set, are the credentials, and nothing else is looked for.
	Keys Keys

	// Log, when set, is told of retries, of a region found and of checksums
	// left out. It is called from several goroutines and gets no secrets.
	Log func(format string, args ...any)
}

// Keys are credentials that no place has where the SDK looks.
type Keys struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	Origin                                     string // what has them, for messages
}

// Store is one bucket. Its methods may be called from several goroutines.
type Store struct {
	bucket string
	client *s3.Client
	sts    *sts.Client
	// identifiable says that sts is who knows the credentials: on AWS.
	identifiable bool
	creds        *credentialSource
	keys         string // what had Config.Keys; "": they are from where the SDK looks
	http         *http.Transport
	logf         func(format string, args ...any)
	maxParts     int
	backoff      func(attempt int) time.Duration

	region  atomic.Pointer[string]
	reached atomic.Bool // the endpoint has answered something
	plain   atomic.Bool // the store refuses checksums
}

// fallbackRegion is asked when nobody names a region; S3 there knows where
// every bucket is and says so.
const fallbackRegion = "us-east-1"

const dialTimeout = 10 * time.Second

// bucketName is wider than today's rules of S3: buckets from before 2018 may
// have capitals and underscores, and other stores have rules of their own.
var bucketName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$`)

// Open loads the SDK's configuration. It makes no request. The error has the
// code fault.Usage for a wrong setting and fault.Denied for half a key pair.
func Open(ctx context.Context, c Config) (*Store, error) {
	if !bucketName.MatchString(c.Bucket) {
		return nil, fault.New(fault.Usage, "give the bucket as s3://NAME, or s3://NAME/FOLDER", "open bucket: %q is not a bucket name", c.Bucket)
	}
	if c.EndpointURL != "" {
		if u, err := url.Parse(c.EndpointURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return nil, fault.New(fault.Usage, "give the endpoint as https://HOST[:PORT]", "open s3://%s: the endpoint is not a URL", c.Bucket)
		}
	}
	if c.Profile == "" && c.Keys.AccessKeyID == "" {
		if err := checkKeyPair(); err != nil {
			return nil, err
		}
	}

	cfg, err := loadConfig(ctx, c)
	if err != nil {
		if ctx.Err() != nil {
			return nil, interrupted(ctx, "open s3://"+c.Bucket)
		}
		return nil, configError(err)
	}

	s := &Store{bucket: c.Bucket, keys: c.Keys.Origin, logf: c.Log, maxParts: maxParts, backoff: backoff}
	if s.logf == nil {
		s.logf = func(string, ...any) {}
	}
	region := cfg.Region
	if region == "" {
		region = fallbackRegion
	}
	s.region.Store(&region)
	s.creds = newCredentialSource(cfg, c)
	cfg.Credentials = s.creds
	s.http = transport(cfg.HTTPClient)
	s.client = s3.NewFromConfig(cfg, s.options(c))
	s.sts = sts.NewFromConfig(cfg, func(o *sts.Options) { o.HTTPClient = &http.Client{Transport: s.http} })
	s.identifiable = s.client.Options().BaseEndpoint == nil || os.Getenv("AWS_ENDPOINT_URL_STS") != ""
	return s, nil
}

func loadConfig(ctx context.Context, c Config) (aws.Config, error) {
	opts := []func(*config.LoadOptions) error{
		// Given here, and not to the client, so that AWS_CA_BUNDLE is added to it.
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.MaxIdleConnsPerHost = 64
			// Without it net/http would ask for gzip and unpack the answer.
			t.DisableCompression = true
		}).WithDialerOptions(func(d *net.Dialer) {
			d.Timeout = dialTimeout
		})),
		// It would write warnings to stderr, about broken answers that are
		// then repeated.
		config.WithLogger(logging.Nop{}),
	}
	if c.Region != "" {
		opts = append(opts, config.WithRegion(c.Region))
	}
	if c.Profile != "" {
		opts = append(opts, config.WithSharedConfigProfile(c.Profile))
	}
	if k := c.Keys; k.AccessKeyID != "" {
		opts = append(opts, config.WithCredentialsProvider(credentials.StaticCredentialsProvider{Value: aws.Credentials{
			AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey, SessionToken: k.SessionToken, Source: k.Origin,
		}}))
	}
	return config.LoadDefaultConfig(ctx, opts...)
}

// transport takes the transport out of the SDK's client, with what the SDK has
// added to it. Without the client around it no redirect is followed, which is
// right: a signature does not fit another host, and call does it better.
func transport(c aws.HTTPClient) *http.Transport {
	if b, ok := c.(*awshttp.BuildableClient); ok {
		return b.GetTransport()
	}
	return awshttp.NewBuildableClient().GetTransport()
}

func (s *Store) options(c Config) func(*s3.Options) {
	return func(o *s3.Options) {
		if c.EndpointURL != "" {
			o.BaseEndpoint = aws.String(c.EndpointURL)
		}
		// BaseEndpoint may also have come from the environment or the profile.
		o.UsePathStyle = o.BaseEndpoint != nil
		if c.PathStyle != nil {
			o.UsePathStyle = *c.PathStyle
		}
		o.HTTPClient = &watchedClient{next: s.http, answered: func() { s.reached.Store(true) }}
		o.Retryer = newRetryer(s)
		// Upload brings its own checksums. The SDK's would travel in trailers
		// of an aws-chunked body, which several stores refuse.
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		o.APIOptions = append(o.APIOptions, dropAcceptEncoding)
	}
}

// dropAcceptEncoding takes back the header that the SDK sets and signs:
// Google's front end rewrites it, and the signature no longer fits.
func dropAcceptEncoding(stack *middleware.Stack) error {
	const id = "DisableAcceptEncodingGzip"
	if _, ok := stack.Finalize.Get(id); !ok {
		return nil
	}
	_, err := stack.Finalize.Remove(id)
	return err
}

// Bucket returns the bucket's name.
func (s *Store) Bucket() string { return s.bucket }

// CheckCredentials looks the credentials up, so that a run without any fails
// before it has started something. It takes 5 seconds at most (60 when a
// credential_process may be asking a person), and makes no request to the
// bucket. Later calls use what it found. The error has the code fault.Denied.
func (s *Store) CheckCredentials(ctx context.Context) error {
	_, err := s.Credentials(ctx)
	return err
}

// Credentials returns what CheckCredentials finds, for another service of AWS.
func (s *Store) Credentials(ctx context.Context) (aws.Credentials, error) {
	found, err := s.creds.Retrieve(ctx)
	if err == nil {
		return found, nil
	}
	const what = "find AWS credentials"
	creds, ok := errors.AsType[*credentialError](err)
	// A deadline does not say what was looked for, as the metadata service of a machine
	// that has none.
	if ctx.Err() != nil && (!ok || !errors.Is(ctx.Err(), context.DeadlineExceeded)) {
		return aws.Credentials{}, interrupted(ctx, what)
	}
	if ok {
		return aws.Credentials{}, creds.fault(what)
	}
	return aws.Credentials{}, fault.New(fault.Denied, "", what+": %w", err)
}

// Close closes idle connections. The store can still be used afterwards.
func (s *Store) Close() { s.http.CloseIdleConnections() }
