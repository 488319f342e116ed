package main

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rubyforgood/hectl/test/s3test"
)

// proxy puts faults between hectl and the store:
//
//	proxy stall OPERATION [N]               never answer; with N, nothing after N bytes
//	proxy answer STATUS CODE OPERATION [N]  answer with an error, N times; with "after N", all but the first N times
//	proxy answers OPERATION FILE …          answer with the XML in FILE; more pairs may follow
//	proxy lose OPERATION                    pass the first request on, but answer it with 500
//	proxy reset OPERATION N                 cut off every Nth answer after 1000 bytes
//	proxy replace KEY FILE                  put FILE there once a part of KEY has been read
//	proxy from N stall                      never answer requests that start at byte N or later
//	proxy from N STATUS CODE                answer such requests with an error
//	proxy dumps|masked stall OPERATION         never answer, for one of the buckets that "in" selects
//	proxy dumps|masked STATUS CODE OPERATION   answer with an error, for one of those buckets
//	proxy plain                             the store returns no checksums
//	proxy denied PREFIX [MESSAGE]           refuse to read keys with that prefix; with a message, only for a GET
//	proxy etag                              answer the end of an upload with a different ETag
//	proxy sum                               return checksums of 4 bytes
//	proxy region REGION                     answer as if the bucket were in that region
//	proxy pass                              no more faults
//	proxy count                             print how many bytes were received since the last count
func cmdProxy(ts *testscript.TestScript, _ bool, args []string) {
	p := theWorld(ts).proxy
	number := func(i int) int {
		if i >= len(args) {
			return 0
		}
		n, err := strconv.Atoi(args[i])
		ts.Check(err)
		return n
	}
	p.Reset()
	switch args[0] {
	case "count":
		w := theWorld(ts)
		_, _ = fmt.Fprintln(ts.Stdout(), p.Received()-w.counted)
		w.counted = p.Received()
	case "pass":
	case "stall":
		if n := number(2); n > 0 {
			p.On(s3test.Is(args[1]), s3test.StallAnswer(int64(n)))
		} else {
			p.On(s3test.Is(args[1]), s3test.Stall())
		}
	case "answer":
		rule := p.On(s3test.Is(args[3]), s3test.Answer(number(1), args[2]))
		if len(args) > 5 && args[4] == "after" {
			rule.After(number(5))
		} else if n := number(4); n > 0 {
			rule.Times(n)
		}
	case "answers":
		for i := 1; i+1 < len(args); i += 2 {
			p.On(s3test.Is(args[i]), s3test.AnswerBody(http.StatusOK, ts.ReadFile(args[i+1])))
		}
	case "lose":
		p.On(s3test.Is(args[1]), s3test.LoseAnswer(http.StatusInternalServerError, "InternalError")).Times(1)
	case "reset":
		p.On(s3test.Is(args[1]), s3test.ResetAnswer(1000)).Every(number(2))
	case "replace":
		w, text := theWorld(ts), []byte(ts.ReadFile(args[2]))
		wanted := func(r *http.Request) bool {
			return s3test.Operation(r) == "GetObject" && strings.Contains(r.URL.Path, args[1])
		}
		p.On(wanted, s3test.Hold(func() {
			for _, key := range w.contents(ts) {
				if strings.Contains(key, args[1]) {
					ts.Check(w.s3.Put(context.Background(), w.bucket, key, text))
				}
			}
		})).After(1).Times(1)
	case "from":
		from := number(1)
		beyond := func(r *http.Request) bool {
			var first int
			_, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &first)
			return s3test.Operation(r) == "GetObject" && err == nil && first >= from
		}
		if args[2] == "stall" {
			p.On(beyond, s3test.Stall())
		} else {
			p.On(beyond, s3test.Answer(number(2), args[3]))
		}
	case "dumps", "masked":
		w := theWorld(ts)
		bucket := map[string]string{"dumps": w.dumps, "masked": w.masked}[args[0]]
		there := func(r *http.Request) bool {
			return s3test.Operation(r) == args[len(args)-1] && strings.HasPrefix(r.URL.Path, "/"+bucket+"/")
		}
		if args[1] == "stall" {
			p.On(there, s3test.Stall())
		} else {
			p.On(there, s3test.Answer(number(1), args[2]))
		}
	case "plain":
		p.On(s3test.Is("HeadObject"), s3test.WithoutHeader("X-Amz-Checksum-Crc64nvme"))
	case "denied":
		message, methods := "Access Denied.", "GET HEAD"
		if len(args) > 2 {
			message, methods = args[2], "GET"
		}
		there := func(r *http.Request) bool {
			return strings.Contains(methods, r.Method) && strings.Contains(r.URL.Path, "/"+args[1])
		}
		p.On(there, s3test.AnswerMessage(http.StatusForbidden, "AccessDenied", message))
	case "etag":
		p.On(s3test.Is("CompleteMultipartUpload"), s3test.EditAnswer(func(body string) string {
			return regexp.MustCompile(`[0-9a-f]{32}-`).ReplaceAllString(body, strings.Repeat("0", 32)+"-")
		}))
	case "sum":
		p.On(s3test.Is("PutObject", "UploadPart", "HeadObject"), s3test.WithHeader("X-Amz-Checksum-Crc64nvme", "AAAAAA=="))
	case "region":
		elsewhere := func(r *http.Request) bool {
			return !strings.Contains(r.Header.Get("Authorization"), "/"+args[1]+"/s3/")
		}
		p.On(elsewhere, s3test.Answer(http.StatusMovedPermanently, "PermanentRedirect", "x-amz-bucket-region", args[1]))
	default:
		ts.Fatalf("proxy %s?", args[0])
	}
}
