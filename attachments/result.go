package attachments

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"

	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
)

// amount is a number of files and their total size in bytes.
type amount struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

func amountOf(blobs []blob) amount {
	return amount{len(blobs), sizeOf(blobs)}
}

func (a amount) String() string {
	return fmt.Sprintf("%s %s (%s)", humanize.Comma(int64(a.Files)), english.PluralWord(a.Files, "attachment", ""), humanize.Bytes(uint64(a.Bytes)))
}

// result is the result of a fetch of attachments, or of a dry run.
type result struct {
	DryRun    bool       `json:"dry_run"`
	Bucket    string     `json:"bucket"`
	Storage   string     `json:"storage"`
	Target    string     `json:"target"`
	Service   string     `json:"service_name"`
	There     amount     `json:"there"`   // files that the folder already had
	Wanted    amount     `json:"wanted"`  // files that the folder lacked
	Fetched   amount     `json:"fetched"` // wanted files that were fetched
	Missing   []string   `json:"missing"` // keys that the bucket lacks; in a dry run, the keys that it probed, if the bucket has none of them
	Wrong     []unusable `json:"wrong"`   // the object in the bucket does not match the row
	Unusable  []unusable `json:"unusable"`
	Unvouched []string   `json:"unvouched"` // keys of files without a checksum; only their size was compared
	Rows      int64      `json:"rows_changed"`
	Seconds   float64    `json:"seconds"`

	masked bool // the target was restored from a masked dump
}

// report returns the result before any change.
func (o options) report(plan plan) result {
	r := result{
		DryRun: o.dryRun, Bucket: o.bucket.String(), Storage: o.storage, Target: o.target.String(), Service: o.service,
		There: amountOf(plan.There), Wanted: amountOf(plan.Wanted),
		Missing: []string{}, Wrong: []unusable{}, Unusable: []unusable{}, Unvouched: []string{},
	}
	r.Unusable = append(r.Unusable, plan.Unusable...)
	if o.dryRun {
		for _, blobs := range [][]blob{plan.There, plan.Wanted} {
			for _, b := range blobs {
				if b.Service != "" && b.Service != o.service {
					r.Rows++
				}
			}
		}
	}
	return r
}

// add records the outcome of the fetch.
func (r *result) add(got outcome, changed int64, took time.Duration) {
	r.Fetched = amountOf(got.Fetched)
	r.Missing = append(r.Missing, got.Missing...)
	r.Wrong = append(r.Wrong, got.Wrong...)
	r.Unvouched = append(r.Unvouched, got.Unvouched...)
	r.Rows, r.Seconds = changed, took.Seconds()
}

func (r result) Text() string {
	var b strings.Builder
	if r.DryRun {
		if n := len(r.Missing); n > 0 {
			fmt.Fprintf(&b, "would fetch     nothing: probed %s of %s, and the bucket has none of them\n", humanize.Comma(int64(n)), r.Wanted)
		} else {
			fmt.Fprintf(&b, "would fetch     %s\n", r.Wanted)
		}
		fmt.Fprintf(&b, "  from          %s\n", r.Bucket)
		fmt.Fprintf(&b, "  into          %s, which has %s\n", r.Storage, r.There)
		fmt.Fprintf(&b, "would set       service_name %s in %s rows of %s\n", r.Service, humanize.Comma(r.Rows), r.Target)
		for _, p := range r.Unusable {
			fmt.Fprintf(&b, "would leave out %s: %s\n", console.Clean(p.Key), p.Reason)
		}
		return b.String()
	}
	took := text.Seconds(r.Seconds)
	switch {
	case r.Wanted.Files > 0:
		fmt.Fprintf(&b, "fetched %s from %s into %s in %s", r.Fetched, r.Bucket, r.Storage, took)
		if r.There.Files > 0 {
			fmt.Fprintf(&b, "; %s already in the folder", humanize.Comma(int64(r.There.Files)))
		}
		b.WriteString("\n")
	case r.There.Files > 0:
		fmt.Fprintf(&b, "nothing to fetch: %s already has all %s\n", r.Storage, r.There)
	default:
		fmt.Fprintf(&b, "nothing to fetch: no attachment in %s matches\n", r.Target)
	}
	if r.Rows > 0 {
		fmt.Fprintf(&b, "%s rows of %s now have the service_name %s\n", humanize.Comma(r.Rows), r.Target, r.Service)
	}
	if n := len(r.Unvouched); n > 0 {
		fmt.Fprintf(&b, "files checked only by size: %s; their rows and the bucket have no checksum\n", humanize.Comma(int64(n)))
	}
	return b.String()
}

// fault returns the error for the files that could not be fetched.
func (r result) fault() error {
	code, hint := fault.Warnings, ""
	var clauses []string
	if len(r.Wrong) > 0 {
		code, hint = fault.Integrity, "check these files in production; hectl did not store them"
		clauses = append(clauses, fmt.Sprintf("files in %s do not match their rows: %s of %s: %s",
			r.Bucket, humanize.Comma(int64(len(r.Wrong))), r.Wanted, someProblems(r.Wrong)))
	}
	if n := len(r.Missing); n > 0 {
		if hint == "" {
			hint = "ignore files that production has deleted since the dump was made: they are gone from the bucket"
			if r.Fetched.Files == 0 {
				hint = "check the name of the bucket: --attachments-bucket"
				if r.masked {
					hint = "set active_storage_blobs: {key: keep} in the masking rules of hectl.yml: the target is masked, and the built-in rules replace the keys of the files"
				}
			}
		}
		clauses = append(clauses, fmt.Sprintf("not in %s: %s of %s: %s",
			r.Bucket, humanize.Comma(int64(n)), r.Wanted, some(r.Missing)))
	}
	if n := len(r.Unusable); n > 0 {
		clauses = append(clauses, fmt.Sprintf("cannot be stored: %s: %s", humanize.Comma(int64(n)), someProblems(r.Unusable)))
	}
	if len(clauses) == 0 {
		return nil
	}
	return fault.New(code, hint, "%s", strings.Join(clauses, "; "))
}

// namesShown limits the names in an error.
const namesShown = 5

func some(names []string) string {
	var shown []string
	for _, name := range names[:min(namesShown, len(names))] {
		shown = append(shown, console.Clean(name))
	}
	if more := len(names) - len(shown); more > 0 {
		shown = append(shown, fmt.Sprintf("and %s more (--json lists all)", humanize.Comma(int64(more))))
	}
	return strings.Join(shown, ", ")
}

func someProblems(problems []unusable) string {
	var names []string
	for _, p := range problems {
		key := p.Key
		if strings.TrimSpace(key) == "" {
			key = strconv.Quote(key)
		}
		names = append(names, fmt.Sprintf("%s (%s)", key, p.Reason))
	}
	return some(names)
}
