package s3store

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"regexp"
	"strings"
	"syscall"

	"github.com/aws/smithy-go"

	"github.com/rubyforgood/hectl/internal/fault"
)

// cause explains a kind of failure.
type cause struct {
	code  fault.Code
	words string
	quote bool // add the store's message
	hint  string
	ask   ask // if the hint depends on the request
}

type ask int

const (
	askNothing ask = iota
	askPermission
	askSession
)

// causeOf returns the text of the cause, for a log line.
func causeOf(err error) string { return explain(err).words }

// explain finds the cause of a request's error.
func explain(err error) cause {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return explainTransport(err)
	}
	c := explainCode(api.ErrorCode())
	if c.words == "" {
		c = cause{code: fault.Failed, words: "the store answered " + api.ErrorCode(), quote: true}
		switch {
		case strings.HasPrefix(api.ErrorCode(), "KMS."):
			c.code, c.hint = fault.Denied, "check the KMS key and the permission to use it (kms:GenerateDataKey to write, kms:Decrypt to read)"
		case isUnsupported(err):
			c.words, c.quote = "the store does not support this kind of request", true
		case isServerError(err):
			c.hint = "try again later: the store reports an internal error"
		}
	}
	message := oneLine(api.ErrorMessage())
	if c.quote && message != "" {
		c.words += ": " + message
	}
	if action := kmsAction.FindString(message); action != "" && c.code == fault.Denied {
		c.ask, c.hint = askNothing, "grant "+action+" on the KMS key, in the policy of the credentials and in the policy of the key"
	}
	return c
}

// kmsAction matches the permission on a KMS key in a message.
var kmsAction = regexp.MustCompile(`\bkms:[A-Za-z]+\b`)

// explainCode explains the error codes of S3 that a user can act on; words is empty for
// other codes. The SDK derives Forbidden, NotFound and BadRequest from the status of a
// HEAD answer, which has no body.
//
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
func explainCode(code string) cause {
	switch code {
	// Credentials.
	case "AccessDenied":
		return cause{code: fault.Denied, words: "access denied", quote: true, ask: askPermission}
	case "Forbidden":
		return cause{code: fault.Denied, words: "access denied", ask: askPermission}
	case "AllAccessDisabled":
		return cause{code: fault.Denied, words: "all access to the bucket is disabled"}
	case "InvalidAccessKeyId":
		return cause{
			code: fault.Denied, words: "the store does not recognize the access key",
			hint: "check which credentials are in use: the key was deleted or belongs to another store (--endpoint-url)",
		}
	case "SignatureDoesNotMatch":
		return cause{
			code: fault.Denied, words: "the signature is wrong",
			hint: "check the secret access key (AWS_SECRET_ACCESS_KEY or the profile) and this machine's clock",
		}
	case "RequestTimeTooSkewed":
		return cause{code: fault.Denied, words: "this machine's clock is off by more than 15 minutes", hint: "set the clock, for example with NTP"}
	case "ExpiredToken", "TokenRefreshRequired":
		return cause{code: fault.Denied, words: "the session has expired", ask: askSession}
	case "InvalidToken":
		return cause{code: fault.Denied, words: "the session token is not valid", ask: askSession}

	// Buckets and objects.
	case "NoSuchBucket":
		return cause{code: fault.NotFound, words: "there is no such bucket", hint: "name the bucket with --bucket or HECTL_BUCKET; if it is not on AWS, also check --endpoint-url"}
	case "NoSuchKey", "NotFound":
		return cause{code: fault.NotFound, words: "there is no such object"}
	case "NoSuchUpload":
		return cause{
			code: fault.Failed, words: "there is no such upload",
			hint: "check the bucket's lifecycle rules and other runs: one of them aborted or completed the upload",
		}
	case "InvalidBucketName":
		return cause{code: fault.Usage, words: "the store refuses the bucket's name", hint: "check --bucket"}
	case "InvalidObjectState":
		return cause{code: fault.Failed, words: "the object is archived in Glacier", hint: "restore it first: aws s3api restore-object"}
	case "PreconditionFailed":
		return cause{
			code: fault.Failed, words: "the object already exists",
			hint: "write to another bucket or folder, or run the command again: hectl never overwrites an object",
		}

	case "AccessControlListNotSupported":
		return cause{
			code: fault.Failed, words: "the bucket does not accept access control lists", quote: true,
			hint: `find the proxy that adds an x-amz-acl header, which hectl does not send, or allow it with "aws s3api put-bucket-ownership-controls --bucket BUCKET --ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerPreferred}]'"`,
		}

	// Regions.
	case "PermanentRedirect", "TemporaryRedirect":
		return cause{code: fault.Usage, words: "the bucket is in another region", hint: "name its region with --region"}
	case "AuthorizationHeaderMalformed":
		return cause{
			code: fault.Usage, words: "the request was signed for the wrong region or store", quote: true,
			hint: "name the bucket's region with --region",
		}
	case "BadRequest":
		return cause{code: fault.Failed, words: "the store refuses the request without giving a reason", hint: "check --region and the credentials"}

	// Transfer.
	case codeBadDigest, codeSHA256Mismatch, codeChecksumMismatch:
		return cause{
			code: fault.Integrity, words: "the data was changed on the way to the store",
			hint: "try again; if it happens again, check the network and this machine's memory",
		}
	case "InvalidDigest":
		return cause{code: fault.Integrity, words: "the store refuses the checksum", quote: true}
	case "SlowDown":
		return cause{code: fault.Failed, words: "the store is overloaded and asks clients to slow down", hint: "try again later"}
	}
	return cause{}
}

// Error codes of data that does not match its checksum.
const (
	codeBadDigest        = "BadDigest"
	codeSHA256Mismatch   = "XAmzContentSHA256Mismatch"
	codeChecksumMismatch = "XAmzContentChecksumMismatch"
)

// isChanged reports whether the store refused data because it changed in transit.
func isChanged(err error) bool {
	switch codeOf(err) {
	case codeBadDigest, codeSHA256Mismatch, codeChecksumMismatch:
		return true
	}
	return false
}

// explainTransport explains a request without a complete answer.
func explainTransport(err error) cause {
	c := cause{code: fault.Failed}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		c.words, c.hint = "the host "+dns.Name+" cannot be found", "check the network and --endpoint-url or --region"
		return c
	}
	if stall, ok := errors.AsType[*stallError](err); ok {
		c.words, c.hint = "timed out: "+stall.Error(), "check the network and try again"
		return c
	}
	if words := proxyWords(err); words != "" {
		c.words = words
		c.hint = "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY: the request goes through a proxy"
		return c
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		c.words, c.hint = "connection refused"+peer(err), "check --endpoint-url and that the store is running"
	case isCertificate(err):
		c.words, c.hint = "the store's certificate is not trusted: "+certificateWords(err), "name the certificate of its authority with AWS_CA_BUNDLE=FILE"
	case isNotTLS(err):
		c.words, c.hint = "the endpoint does not use TLS", "write --endpoint-url with http://"
	case isTimeout(err):
		c.words, c.hint = "timed out"+strings.Replace(peer(err), "by", "at", 1), "check the network and --endpoint-url"
	case isBroken(err):
		c.words, c.hint = "the connection broke", "check the network and try again"
	default:
		c.words = oneLine(rootOf(err).Error())
	}
	return c
}

// proxyWords explains a failure of the proxy, "" for any other failure. net/http marks a
// failed connection to the proxy. If the proxy refuses CONNECT, the error contains only
// the text of the status.
func proxyWords(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		why := oneLine(rootOf(op.Err).Error())
		if inner, ok := errors.AsType[*net.OpError](op.Err); ok && inner.Addr != nil {
			return "the proxy " + inner.Addr.String() + " cannot be reached: " + why
		}
		return "the proxy cannot be reached: " + why
	}
	if text := rootOf(err).Error(); refusedByProxy(text) {
		return "the proxy refused the connection: " + text
	}
	return ""
}

// refusedByProxy reports whether text is the status with which a proxy refuses CONNECT.
// The error of net/http is the text after the status code.
func refusedByProxy(text string) bool {
	switch text {
	case "Bad Request", "Forbidden", "Proxy Authentication Required", "Method Not Allowed", "Not Found",
		"Bad Gateway", "Service Unavailable", "Gateway Timeout", "Gateway Time-out", "Internal Server Error":
		return true
	}
	return false
}

// is reports whether err has an error of type T in its tree.
func is[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}

func isCertificate(err error) bool { return is[*tls.CertificateVerificationError](err) }

func certificateWords(err error) string {
	if is[x509.UnknownAuthorityError](err) {
		return "signed by an unknown authority"
	}
	return oneLine(rootOf(err).Error())
}

func isNotTLS(err error) bool { return is[tls.RecordHeaderError](err) }

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

func isBroken(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

// isUnreachable reports whether no connection was made.
func isUnreachable(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return is[*net.DNSError](err) || ok && op.Op == "dial"
}

// peer returns " by HOST:PORT" if err has the address.
func peer(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Addr != nil {
		return " by " + op.Addr.String()
	}
	return ""
}

// rootOf returns the innermost error.
func rootOf(err error) error {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err
}
