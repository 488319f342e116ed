package s3store

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
)

const (
	attempts       = 13 // over a minute in total, for every choice of the random pauses
	firstAttempts  = 3  // for an endpoint that has never answered
	dataAttempts   = 5  // for data that changes in transit
	backoffStart   = 200 * time.Millisecond
	backoffCeiling = 20 * time.Second
)

// retryer is the SDK's standard retryer with more attempts for a store that has answered
// before and fewer for an address that may be misspelled.
type retryer struct {
	*retry.Standard
	store *Store
}

func newRetryer(s *Store) retryer {
	return retryer{store: s, Standard: retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = attempts
		// The SDK's token bucket allows about a hundred retries in total. A long upload
		// can need more in one hour of throttling.
		o.RateLimiter = ratelimit.None
		own := []retry.IsErrorRetryable{
			retry.NoRetryCanceledError{},
			retry.IsErrorRetryableFunc(s.retryable),
			// After a concurrent write to the key, S3 asks clients to retry the request.
			retry.RetryableErrorCode{Codes: map[string]struct{}{"ConditionalRequestConflict": {}, "OperationAborted": {}}},
		}
		o.Retryables = append(own, o.Retryables...)
	})}
}

// retryable corrects the SDK's decision. It retries a request if a name that resolved
// before no longer does (a laptop changes networks), if a successful answer is incomplete,
// or if data that is still in memory was changed in transit. It does not retry a request
// if the certificate is not trusted or the endpoint has no TLS.
func (s *Store) retryable(err error) aws.Ternary {
	if creds, ok := errors.AsType[*credentialError](err); ok {
		return aws.BoolTernary(creds.retryable())
	}
	if isCertificate(err) || isNotTLS(err) || isUnsupported(err) {
		return aws.FalseTernary
	}
	incomplete := is[*smithy.DeserializationError](err) && statusOf(err) < http.StatusMultipleChoices
	if isChanged(err) || incomplete || is[*net.DNSError](err) && s.reached.Load() {
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}

// RetryDelay returns the pause after a failed attempt, or err if another attempt is
// useless.
func (r retryer) RetryDelay(attempt int, err error) (time.Duration, error) {
	if attempt >= firstAttempts && !r.store.reached.Load() || attempt >= dataAttempts && isChanged(err) {
		return 0, err
	}
	delay := r.store.backoff(attempt)
	r.store.logf("attempt %d failed (%s), next in %s", attempt, causeOf(err), delay.Round(time.Millisecond))
	return delay, nil
}

// backoff doubles from 200 ms to 20 s. Half of it is random, so that parts that failed
// together are not retried together.
func backoff(attempt int) time.Duration {
	d := min(backoffStart<<min(max(attempt-1, 0), 16), backoffCeiling)
	return d/2 + rand.N(d/2)
}
