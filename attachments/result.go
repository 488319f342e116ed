package attachments

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
)

// amount is how many files, of how many bytes in all.
type amount struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

func amountOf(blobs []Blob) amount {
	return amount{len(blobs), Size(blobs)}
}

func (a amount) String() string {
	noun := "attachments"
	if a.Files == 1 {
		noun = "attachment"
	}
	return fmt.Sprintf("%s %s (%s)", humanize.Comma(int64(a.Files)), noun, humanize.Bytes(uint64(a.Bytes)))
}

func counted(blobs []Blob) string { return amountOf(blobs).String() }

// result is the result of a fetch of attachments, or of a dry run.
type result struct {
	DryRun    bool      `json:"dry_run"`
	Bucket    string    `json:"bucket"`
	Storage   string    `json:"storage"`
	Target    string    `json:"target"`
	Service   string    `json:"service_name"`
	There     amount    `json:"there"`   // before
	Wanted    amount    `json:"wanted"`  // missing in the folder before
	Fetched   amount    `json:"fetched"` // of those
	Missing   []string  `json:"missing"` // keys that the bucket does not have; in a dry run, of some when it has none of them
	Wrong     []Problem `json:"wrong"`   // what the bucket has is not what the row says
	Unusable  []Problem `json:"unusable"`
	Unvouched []string  `json:"unvouched"` // nothing but their size was compared
	Rows      int64     `json:"rows_changed"`
	Seconds   float64   `json:"seconds"`

	masked bool // the target was, when it was fetched
}

// report is the result before anything is done.
func (o options) report(plan Plan) result {
	r := result{
		DryRun: o.dryRun, Bucket: o.bucket.String(), Storage: o.storage, Target: o.target.String(), Service: o.service,
		There: amountOf(plan.There), Wanted: amountOf(plan.Wanted),
		Missing: []string{}, Wrong: []Problem{}, Unusable: []Problem{}, Unvouched: []string{},
	}
	r.Unusable = append(r.Unusable, plan.Unusable...)
	if o.dryRun {
		for _, blobs := range [][]Blob{plan.There, plan.Wanted} {
			for _, b := range blobs {
				if b.Service != "" && b.Service != o.service {
					r.Rows++
				}
			}
		}
	}
	return r
}

// add notes what was done.
func (r *result) add(got Outcome, changed int64, took time.Duration) {
	r.Fetched = amountOf(got.Fetched)
	r.Missing = append(r.Missing, got.Missing...)
	r.Wrong = append(r.Wrong, got.Wrong...)
	r.Unvouched = append(r.Unvouched, got.Unvouched...)
	r.Rows, r.Seconds = changed, took.Seconds()
}

// Text says what was done, or would be.
func (r result) Text() string {
	var b strings.Builder
	if r.DryRun {
		if n := len(r.Missing); n > 0 {
			fmt.Fprintf(&b, "would fetch     nothing: %s of %s were looked for, and none is there\n", humanize.Comma(int64(n)), r.Wanted)
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
			fmt.Fprintf(&b, "; %s were there", humanize.Comma(int64(r.There.Files)))
		}
		b.WriteString("\n")
	case r.There.Files > 0:
		fmt.Fprintf(&b, "nothing to fetch: %s has all %s\n", r.Storage, r.There)
	default:
		fmt.Fprintf(&b, "nothing to fetch: no attachment in %s is wanted\n", r.Target)
	}
	if r.Rows > 0 {
		fmt.Fprintf(&b, "%s rows of %s now have the service_name %s\n", humanize.Comma(r.Rows), r.Target, r.Service)
	}
	if n := len(r.Unvouched); n > 0 {
		fmt.Fprintf(&b, "of %s only the size was compared: neither their rows nor the bucket have a checksum of them\n", humanize.Comma(int64(n)))
	}
	return b.String()
}

// fault is the error for what could not be fetched.
func (r result) fault() error {
	code, hint := fault.Warnings, ""
	var clauses []string
	if len(r.Wrong) > 0 {
		code, hint = fault.Integrity, "nothing of them was stored; does production show them?"
		clauses = append(clauses, fmt.Sprintf("not what their rows say in %s: %s of %s: %s",
			r.Bucket, humanize.Comma(int64(len(r.Wrong))), r.Wanted, someProblems(r.Wrong)))
	}
	if n := len(r.Missing); n > 0 {
		if hint == "" {
			hint = "what was deleted in production since the dump was made is gone from the bucket, too"
			if r.Fetched.Files == 0 {
				hint = "is it the right bucket? --attachments-bucket names another"
				if r.masked {
					hint = "the target is masked, and the built-in rules for masking replace the names of the files in the bucket (active_storage_blobs: {key: keep} in hectl.yml leaves them)"
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

// namesShown is how many of a list an error names.
const namesShown = 5

func some(names []string) string {
	var shown []string
	for _, name := range names[:min(namesShown, len(names))] {
		shown = append(shown, console.Clean(name))
	}
	if more := len(names) - len(shown); more > 0 {
		shown = append(shown, fmt.Sprintf("and %s more (--json names all)", humanize.Comma(int64(more))))
	}
	return strings.Join(shown, ", ")
}

func someProblems(problems []Problem) string {
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
