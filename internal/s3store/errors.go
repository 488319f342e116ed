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

// opError puts a sentence of our own in front of an SDK error, whose text has
// request ids and Go types in it, and keeps that error for errors.As.
type opError struct {
	text string
	err  error
}

func (e *opError) Error() string { return e.text }
func (e *opError) Unwrap() error { return e.err }

// operation names a request for its error: the verb, the key or prefix, and
// the permission that it needs.
type operation struct {
	verb   string
	key    string
	action string
}

// The permissions that requests need.
const (
	actionList        = "s3:ListBucket"
	actionGet         = "s3:GetObject"
	actionPut         = "s3:PutObject"
	actionDelete      = "s3:DeleteObject"
	actionAbort       = "s3:AbortMultipartUpload"
	actionListUploads = "s3:ListBucketMultipartUploads"
	actionListParts   = "s3:ListMultipartUploadParts"
)

// on returns the beginning of the sentence.
func (s *Store) on(op operation) string {
	return op.verb + " s3://" + s.bucket + "/" + op.key
}

// interrupted is the error of an operation whose context has ended. What the
// SDK returns then may or may not wrap the context's error, so it is not asked.
// The context's cause says more than its error, where there is one.
func interrupted(ctx context.Context, what string) error {
	return fmt.Errorf("%s: %w", what, context.Cause(ctx))
}

// fail turns the error of a request into one for people. It returns nil for
// nil, an error that is the cause of ctx's end (context.Canceled, unless the
// caller gave one) when it has ended, and leaves alone what is a fault already.
func (s *Store) fail(ctx context.Context, op operation, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return interrupted(ctx, s.on(op))
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
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
	if c.code == fault.Denied && s.keys != "" { // others than the user may think of
		return fault.Wrap(c.code, hint, fault.Wrap(c.code, "check which credentials are meant: these are from "+s.keys, failed))
	}
	return fault.Wrap(c.code, hint, failed)
}

// conditionHint is the advice for a store without conditional writes.
const conditionHint = "hectl writes with If-None-Match, so that it never overwrites a dump, and the store seems not to know it: " +
	"use one that does, or update it (docs/other-stores.md)"

// aboutCondition matches what a store says of a condition that it does not take.
var aboutCondition = regexp.MustCompile(`(?i)if-(none-)?match|conditional|header you provided implies`)

// refusesCondition reports whether the store refused a write for its condition, as
// far as its answer tells: the codes are vague.
func refusesCondition(err error) bool {
	if isUnsupported(err) {
		return true
	}
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && statusOf(err) == http.StatusBadRequest && aboutCondition.MatchString(api.ErrorMessage())
}

// permissionHint names the permission as a policy has it.
func (s *Store) permissionHint(op operation) string {
	partition := "aws"
	switch region := *s.region.Load(); {
	case strings.HasPrefix(region, "cn-"):
		partition = "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		partition = "aws-us-gov"
	}
	arn := "arn:" + partition + ":s3:::" + s.bucket
	hint := "the credentials need " + op.action + " on " + arn
	switch op.action {
	case actionList, actionListUploads:
	case actionGet:
		hint += "/*, and " + actionList + " on " + arn + `, without which a missing object is "denied" too`
	default:
		hint += "/*"
	}
	return hint
}

// sessionHint says how to get a new session.
func (s *Store) sessionHint() string {
	if command := s.creds.from.login(); command != "" {
		return runHint(command)
	}
	return "get new temporary credentials: AWS_SESSION_TOKEN or the profile has old ones"
}

// statusOf returns the HTTP status of the answer that err is about, 0 when
// there was no answer.
func statusOf(err error) int {
	if re, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return re.HTTPStatusCode()
	}
	return 0
}

// codeOf returns the store's error code, "" when it gave none.
func codeOf(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}

// IsAccessDenied reports whether the store knows who asks, and does not allow it.
func IsAccessDenied(err error) bool {
	code := codeOf(err)
	return code == "AccessDenied" || code == "Forbidden"
}

// isServerError reports whether the store says that the fault is its own, so that
// it may be gone later, and that it is not known whether it did what was asked. What
// it does not implement it has not done, and never does.
func isServerError(err error) bool {
	return statusOf(err) >= http.StatusInternalServerError && !isUnsupported(err)
}

// isUnsupported reports whether the store does not implement what was asked.
func isUnsupported(err error) bool {
	return statusOf(err) == http.StatusNotImplemented || codeOf(err) == "NotImplemented"
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func quote(s string) string { return `"` + s + `"` }

func runHint(command string) string { return "run " + quote(command) }
