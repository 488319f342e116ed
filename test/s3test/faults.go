package s3test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
)

// Match chooses requests.
type Match func(*http.Request) bool

// Is matches S3 operations by their name in the API: "GetObject", "UploadPart".
func Is(operations ...string) Match {
	return func(r *http.Request) bool { return slices.Contains(operations, Operation(r)) }
}

// Operation returns the name of the S3 operation of a path-style request, or its
// method for an operation that this module does not use.
func Operation(r *http.Request) string {
	q := r.URL.Query()
	switch r.Method {
	case http.MethodGet:
		switch {
		case q.Has("uploads"):
			return "ListMultipartUploads"
		case q.Has("uploadId"):
			return "ListParts"
		case q.Has("list-type"):
			return "ListObjectsV2"
		case q.Has("lifecycle"):
			return "GetBucketLifecycleConfiguration"
		case q.Has("versioning"):
			return "GetBucketVersioning"
		case q.Has("object-lock"):
			return "GetObjectLockConfiguration"
		case q.Has("publicAccessBlock"):
			return "GetPublicAccessBlock"
		}
		return "GetObject"
	case http.MethodHead:
		return "HeadObject"
	case http.MethodPut:
		if q.Has("partNumber") {
			return "UploadPart"
		}
		return "PutObject"
	case http.MethodPost:
		switch {
		case q.Has("uploads"):
			return "CreateMultipartUpload"
		case q.Has("uploadId"):
			return "CompleteMultipartUpload"
		case q.Has("delete"):
			return "DeleteObjects"
		}
	case http.MethodDelete:
		if q.Has("uploadId") {
			return "AbortMultipartUpload"
		}
		return "DeleteObject"
	}
	return r.Method
}

// Fault handles a request instead of forwarding it.
type Fault func(p *Proxy, w http.ResponseWriter, r *http.Request)

// Answer answers with a status and an S3 error code, and with headers given as
// name, value, name, value. The server does not see the request.
func Answer(status int, code string, header ...string) Fault {
	return AnswerMessage(status, code, "made up by s3test", header...)
}

// AnswerMessage is like Answer, with the error's message.
func AnswerMessage(status int, code, message string, header ...string) Fault {
	return AnswerBody(status, fmt.Sprintf("<Error><Code>%s</Code><Message>%s</Message></Error>", code, message), header...)
}

// AnswerBody answers with a status and an XML body, and with headers as for
// Answer.
func AnswerBody(status int, body string, header ...string) Fault {
	return func(_ *Proxy, w http.ResponseWriter, r *http.Request) {
		// Read to the end: an early answer looks like a broken connection.
		_, _ = io.Copy(io.Discard, r.Body)
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// LoseAnswer forwards the request, drops the server's answer and answers with a
// status and an S3 error code, although the operation succeeded.
func LoseAnswer(status int, code string) Fault {
	return func(p *Proxy, w http.ResponseWriter, r *http.Request) {
		p.forward.ServeHTTP(httptest.NewRecorder(), r)
		Answer(status, code)(p, w, r)
	}
}

// ResetAfter forwards the request and resets the connection instead of answering.
func ResetAfter() Fault {
	return func(p *Proxy, w http.ResponseWriter, r *http.Request) {
		p.forward.ServeHTTP(httptest.NewRecorder(), r)
		reset(w)
	}
}

// ResetRequest resets the connection after k bytes of the request's body.
func ResetRequest(k int64) Fault {
	return func(_ *Proxy, w http.ResponseWriter, r *http.Request) {
		_, _ = io.CopyN(io.Discard, r.Body, k)
		reset(w)
	}
}

// FlipRequest forwards the request with one bit of byte k of its body changed.
func FlipRequest(k int64) Fault {
	return func(p *Proxy, w http.ResponseWriter, r *http.Request) {
		r.Body = &flippedBody{ReadCloser: r.Body, at: k}
		p.forward.ServeHTTP(w, r)
	}
}

type flippedBody struct {
	io.ReadCloser
	at int64 // bytes left before that byte
}

func (b *flippedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.at >= 0 && b.at < int64(n) {
		p[b.at] ^= 1
	}
	b.at -= int64(n)
	return n, err
}

// ResetAnswer forwards the request and resets the connection after k bytes of the
// answer's body.
func ResetAnswer(k int64) Fault {
	return func(p *Proxy, w http.ResponseWriter, r *http.Request) {
		p.forward.ServeHTTP(&cutWriter{ResponseWriter: w, left: k, end: func() { reset(w) }}, r)
	}
}

// StallAnswer forwards the request and stops sending after k bytes of the answer's
// body, until the client disconnects.
func StallAnswer(k int64) Fault {
	return func(p *Proxy, w http.ResponseWriter, r *http.Request) {
		p.forward.ServeHTTP(&cutWriter{ResponseWriter: w, left: k, end: func() { p.stall(r) }}, r)
	}
}

// Stall neither forwards nor answers the request, until the client disconnects.
func Stall() Fault {
	return func(p *Proxy, _ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		p.stall(r)
	}
}

// Hold calls before and then forwards the request. In before, a test can wait or change
// something.
func Hold(before func()) Fault {
	return func(p *Proxy, w http.ResponseWriter, r *http.Request) {
		before()
		p.forward.ServeHTTP(w, r)
	}
}

// WithoutHeader forwards the request and removes a header from the answer.
func WithoutHeader(name string) Fault {
	return func(p *Proxy, w http.ResponseWriter, r *http.Request) {
		p.forward.ServeHTTP(&strippedWriter{w, name}, r)
	}
}

type strippedWriter struct {
	http.ResponseWriter
	header string
}

func (w *strippedWriter) WriteHeader(status int) {
	w.Header().Del(w.header)
	w.ResponseWriter.WriteHeader(status)
}

func (w *strippedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WithHeader forwards the request and sets a header of the answer.
func WithHeader(name, value string) Fault {
	return func(p *Proxy, w http.ResponseWriter, r *http.Request) {
		p.forward.ServeHTTP(&headedWriter{w, name, value}, r)
	}
}

type headedWriter struct {
	http.ResponseWriter
	name, value string
}

func (w *headedWriter) WriteHeader(status int) {
	w.Header().Set(w.name, w.value)
	w.ResponseWriter.WriteHeader(status)
}

func (w *headedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// EditAnswer forwards the request and lets edit change the answer's body.
func EditAnswer(edit func(body string) string) Fault {
	return func(p *Proxy, w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		p.forward.ServeHTTP(answer, r)
		maps.Copy(w.Header(), answer.Header())
		body := edit(answer.Body.String())
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(answer.Code)
		_, _ = io.WriteString(w, body)
	}
}

func (p *Proxy) stall(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-p.closing:
	}
	panic(http.ErrAbortHandler)
}

var errCut = errors.New("cut by s3test")

// cutWriter passes some bytes of a body and then calls end.
type cutWriter struct {
	http.ResponseWriter
	left int64
	end  func()
}

func (w *cutWriter) Write(p []byte) (int, error) {
	if int64(len(p)) <= w.left {
		w.left -= int64(len(p))
		return w.ResponseWriter.Write(p)
	}
	n, _ := w.ResponseWriter.Write(p[:w.left])
	w.left = 0
	_ = http.NewResponseController(w.ResponseWriter).Flush() // the bytes must arrive before the cut
	w.end()
	return n, errCut
}

func (w *cutWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
