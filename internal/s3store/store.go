package s3store

import (
	"cmp"
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

// Config configures a Store. Only Bucket is required. The AWS SDK finds the rest in the
// environment and the profile.
type Config struct {
	// Bucket is the name of the bucket, without s3:// and without a path.
	Bucket string

	// Region is the region of the bucket. If it is empty, the SDK searches for it, and
	// us-east-1 is the default. Store corrects a wrong region with the store's answer.
	Region string

	// EndpointURL is the address of a store other than AWS. If it is empty, the SDK
	// reads AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or the profile. The default is AWS.
	EndpointURL string

	// PathStyle puts the bucket into the path (true) or the host name (false). Nil
	// means the path with a custom endpoint and the host name on AWS.
	PathStyle *bool

	// Profile names a profile of ~/.aws/config. Empty means the keys in the environment,
	// else AWS_PROFILE, else "default".
	Profile string

	// Keys, if set, are the only credentials.
	Keys Keys

	// Log, if set, reports retries, a corrected region and omitted checksums. It is
	// called from several goroutines and receives no secrets.
	Log func(format string, args ...any)
}

// Keys are credentials from a place that the SDK does not search.
type Keys struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	Origin                                     string // name of that place, for messages
}

// Store is a bucket. Its methods are safe for concurrent use.
type Store struct {
	bucket       string
	client       *s3.Client
	sts          *sts.Client
	identifiable bool // STS can identify the credentials: they are for AWS
	creds        *credentialSource
	keys         string // origin of Config.Keys; "" if the SDK found the credentials
	http         *http.Transport
	logf         func(format string, args ...any)
	maxParts     int
	backoff      func(attempt int) time.Duration

	region  atomic.Pointer[string]
	reached atomic.Bool // the endpoint has answered
	plain   atomic.Bool // the store refuses checksums
}

// fallbackRegion is the region for requests if none is set. S3 reports the region of every
// bucket there.
const fallbackRegion = "us-east-1"

const dialTimeout = 10 * time.Second

// bucketName is wider than the current rules of S3: buckets from before 2018 may have
// capitals and underscores, and other stores have other rules.
var bucketName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$`)

// Open loads the SDK's configuration. It makes no request. The error has the code
// fault.Usage for a wrong setting and fault.Denied for half a key pair.
func Open(ctx context.Context, c Config) (*Store, error) {
	if !bucketName.MatchString(c.Bucket) {
		return nil, fault.New(fault.Usage, "write the bucket as s3://NAME or s3://NAME/FOLDER", "open bucket: %q is not a bucket name", c.Bucket)
	}
	if c.EndpointURL != "" {
		if u, err := url.Parse(c.EndpointURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return nil, fault.New(fault.Usage, "write the endpoint as https://HOST[:PORT]", "open s3://%s: the endpoint is not a URL", c.Bucket)
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
			return nil, interruptedError(ctx, "open s3://"+c.Bucket)
		}
		return nil, configError(err)
	}

	s := &Store{bucket: c.Bucket, keys: c.Keys.Origin, logf: c.Log, maxParts: maxParts, backoff: backoff}
	if s.logf == nil {
		s.logf = func(string, ...any) {}
	}
	region := cmp.Or(cfg.Region, fallbackRegion)
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
		// Set here and not on the client, so that the SDK adds AWS_CA_BUNDLE to it.
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.MaxIdleConnsPerHost = 64
			// Otherwise net/http would request gzip and decompress the answer.
			t.DisableCompression = true
		}).WithDialerOptions(func(d *net.Dialer) {
			d.Timeout = dialTimeout
		})),
		// The SDK would write warnings to stderr about broken answers before it retries
		// their requests.
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

// transport returns the transport of the SDK's client, including the SDK's changes to it.
// A transport alone follows no redirects: a signature is not valid for another host, and
// call handles other regions.
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
		// The SDK may have set BaseEndpoint from the environment or the profile.
		o.UsePathStyle = o.BaseEndpoint != nil
		if c.PathStyle != nil {
			o.UsePathStyle = *c.PathStyle
		}
		o.HTTPClient = &watchedClient{next: s.http, answered: func() { s.reached.Store(true) }}
		o.Retryer = newRetryer(s)
		// Upload sets its own checksums. The SDK would send them in trailers of an
		// aws-chunked body, which several stores refuse.
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		o.APIOptions = append(o.APIOptions, dropAcceptEncoding)
	}
}

// dropAcceptEncoding removes a header that the SDK sets and signs: Google's front end
// rewrites it, which makes the signature invalid.
func dropAcceptEncoding(stack *middleware.Stack) error {
	const id = "DisableAcceptEncodingGzip"
	if _, ok := stack.Finalize.Get(id); !ok {
		return nil
	}
	_, err := stack.Finalize.Remove(id)
	return err
}

// Bucket returns the name of the bucket.
func (s *Store) Bucket() string { return s.bucket }

// CheckCredentials finds the credentials, so that a run without any fails before it does
// anything. It takes up to 5 seconds, or 60 with a credential_process, which may ask the
// user. It makes no request to the bucket, and later calls reuse the credentials. The
// error has the code fault.Denied.
func (s *Store) CheckCredentials(ctx context.Context) error {
	_, err := s.Credentials(ctx)
	return err
}

// Credentials is like CheckCredentials, but returns the credentials, for another AWS
// service.
func (s *Store) Credentials(ctx context.Context) (aws.Credentials, error) {
	found, err := s.creds.Retrieve(ctx)
	if err == nil {
		return found, nil
	}
	const what = "find AWS credentials"
	creds, ok := errors.AsType[*credentialError](err)
	// The error text of a deadline does not say that the credentials are missing. The
	// metadata service, for example, times out on a machine that has none.
	if ctx.Err() != nil && (!ok || !errors.Is(ctx.Err(), context.DeadlineExceeded)) {
		return aws.Credentials{}, interruptedError(ctx, what)
	}
	if ok {
		return aws.Credentials{}, creds.fault(what)
	}
	return aws.Credentials{}, fault.New(fault.Denied, "", what+": %w", err)
}

// Close closes idle connections. The store can still be used afterwards.
func (s *Store) Close() { s.http.CloseIdleConnections() }
