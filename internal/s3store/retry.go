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
	attempts       = 13 // with the pauses between them over a minute, whatever chance says
	firstAttempts  = 3  // at an endpoint that has never answered
	dataAttempts   = 5  // with data that does not arrive as it was sent
	backoffStart   = 200 * time.Millisecond
	backoffCeiling = 20 * time.Second
)

// retryer is the SDK's standard retryer, with more patience for a store that
// has answered before and less for an address that may be misspelt.
type retryer struct {
	*retry.Standard
	store *Store
}

func newRetryer(s *Store) retryer {
	return retryer{store: s, Standard: retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = attempts
		// The SDK's token bucket gives up after about a hundred retries in
		// all, which one throttled hour of a long upload can need.
		o.RateLimiter = ratelimit.None
		own := []retry.IsErrorRetryable{
			retry.NoRetryCanceledError{},
			retry.IsErrorRetryableFunc(s.retryable),
			// Another write to the key was under way; S3 asks to repeat.
			retry.RetryableErrorCode{Codes: map[string]struct{}{"ConditionalRequestConflict": {}, "OperationAborted": {}}},
		}
		o.Retryables = append(own, o.Retryables...)
	})}
}

// retryable corrects the SDK's list. Worth a repetition: a name that resolved a
// minute ago and no longer does (a laptop changing networks), a good answer cut
// short, and data that was changed on its way: it is still in memory. Not worth one: an endpoint that is not to be trusted or that does
// not speak TLS at all.
func (s *Store) retryable(err error) aws.Ternary {
	if creds, ok := errors.AsType[*credentialError](err); ok {
		return aws.BoolTernary(creds.retryable())
	}
	if isCertificate(err) || isNotTLS(err) || isUnsupported(err) {
		return aws.FalseTernary
	}
	if isChanged(err) {
		return aws.TrueTernary
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok && s.reached.Load() {
		return aws.TrueTernary
	}
	if _, ok := errors.AsType[*smithy.DeserializationError](err); ok && statusOf(err) < http.StatusMultipleChoices {
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}

// RetryDelay returns how long to wait after the given failed attempt, or the
// error itself when there is no point in another.
func (r retryer) RetryDelay(attempt int, err error) (time.Duration, error) {
	if attempt >= firstAttempts && !r.store.reached.Load() || attempt >= dataAttempts && isChanged(err) {
		return 0, err
	}
	delay := r.store.backoff(attempt)
	r.store.logf("attempt %d failed (%s), next in %s", attempt, causeOf(err), delay.Round(time.Millisecond))
	return delay, nil
}

// backoff doubles from 200 ms to 20 s; half of it is chance, so that parts
// which failed together do not come back together.
func backoff(attempt int) time.Duration {
	d := backoffStart << min(max(attempt-1, 0), 16)
	d = min(d, backoffCeiling)
	return d/2 + rand.N(d/2)
}
