package s3store

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/rubyforgood/hectl/internal/fault"
)

// opError replaces the text of an SDK error, which contains request IDs and Go types. It
// wraps that error for errors.As.
type opError struct {
	text string
	err  error
}

func (e *opError) Error() string { return e.text }
func (e *opError) Unwrap() error { return e.err }

// operation describes a request for its error: the verb, the key or prefix, and the
// permission that it needs.
type operation struct {
	verb   string
	key    string
	action string
}

// Permissions of requests.
const (
	actionList        = "s3:ListBucket"
	actionGet         = "s3:GetObject"
	actionPut         = "s3:PutObject"
	actionDelete      = "s3:DeleteObject"
	actionAbort       = "s3:AbortMultipartUpload"
	actionListUploads = "s3:ListBucketMultipartUploads"
	actionListParts   = "s3:ListMultipartUploadParts"
)

// on returns the start of an error text, "VERB s3://BUCKET/KEY".
func (s *Store) on(op operation) string {
	return op.verb + " s3://" + s.bucket + "/" + op.key
}

// interruptedError returns the error of an operation whose context is done. It wraps the
// cause of the context, because the SDK's error may not wrap the context's error.
func interruptedError(ctx context.Context, what string) error {
	return fmt.Errorf("%s: %w", what, context.Cause(ctx))
}

// fail turns the error of a request into a fault. It returns nil for nil, an error that
// wraps the cause of ctx if ctx is done, and a fault unchanged.
func (s *Store) fail(ctx context.Context, op operation, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return interruptedError(ctx, s.on(op))
	}
	if is[*fault.Error](err) {
		return err
	}
	if creds, ok := errors.AsType[*credentialError](err); ok {
		return creds.fault(s.on(op))
	}
	c := explain(err)
	hint := c.hint
	if op.action == actionPut && refusesCondition(err) {
		hint = conditionHint
	}
	switch c.ask {
	case askPermission:
		hint = s.permissionHint(op)
	case askSession:
		hint = s.sessionHint()
	case askNothing:
	}
	failed := &opError{text: s.on(op) + ": " + c.words, err: err}
	if c.code == fault.Denied && s.keys != "" { // the user may expect other credentials
		return fault.Wrap(c.code, hint, fault.Wrap(c.code, "check which credentials to use: these are from "+s.keys, failed))
	}
	return fault.Wrap(c.code, hint, failed)
}

// conditionHint is the advice for a store without conditional writes.
const conditionHint = "use a store that supports If-None-Match, or update it (docs/other-stores.md): " +
	"hectl needs it so that it never overwrites a dump"

// aboutCondition matches the messages of stores that refuse a condition.
var aboutCondition = regexp.MustCompile(`(?i)if-(none-)?match|conditional|header you provided implies`)

// refusesCondition reports whether the store seems to have refused a write because of its
// condition. The error codes are vague.
func refusesCondition(err error) bool {
	if isUnsupported(err) {
		return true
	}
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && statusOf(err) == http.StatusBadRequest && aboutCondition.MatchString(api.ErrorMessage())
}

// permissionHint names the permission and the resource as a policy does.
func (s *Store) permissionHint(op operation) string {
	partition := "aws"
	switch region := *s.region.Load(); {
	case strings.HasPrefix(region, "cn-"):
		partition = "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		partition = "aws-us-gov"
	}
	arn := "arn:" + partition + ":s3:::" + s.bucket
	hint := "grant the credentials " + op.action + " on " + arn
	switch op.action {
	case actionList, actionListUploads:
	case actionGet:
		hint += "/*, and " + actionList + " on " + arn + `: without it, the store also answers "denied" for a missing object`
	default:
		hint += "/*"
	}
	return hint
}

// sessionHint names the way to get a new session.
func (s *Store) sessionHint() string {
	if command := s.creds.from.login(); command != "" {
		return runHint(command)
	}
	return "get new temporary credentials: those in AWS_SESSION_TOKEN or the profile have expired"
}

// statusOf returns the HTTP status of the answer, 0 if there was no answer.
func statusOf(err error) int {
	if re, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return re.HTTPStatusCode()
	}
	return 0
}

// codeOf returns the store's error code, "" for none.
func codeOf(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}

// IsAccessDenied reports whether the store accepted the credentials but denied access.
func IsAccessDenied(err error) bool {
	code := codeOf(err)
	return code == "AccessDenied" || code == "Forbidden"
}

// isServerError reports whether the store answered with a server error, after which it may
// have carried out the request and a later attempt may succeed. A request that the store
// does not support is not one.
func isServerError(err error) bool {
	return statusOf(err) >= http.StatusInternalServerError && !isUnsupported(err)
}

// isUnsupported reports whether the store does not support the request.
func isUnsupported(err error) bool {
	return statusOf(err) == http.StatusNotImplemented || codeOf(err) == "NotImplemented"
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func quote(s string) string { return `"` + s + `"` }

func runHint(command string) string { return "run " + quote(command) }
