package main

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
)

// page returns the text of a page.
func page(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// actions unmarshals from a string or a list: policies write a single action either way.
type actions []string

func (a *actions) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*a = actions{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(a))
}

// policies returns the actions of the S3 policy under each heading of docs/reference/iam.md.
func policies(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	iam := page(t, "docs/reference/iam.md")
	for _, heading := range regexp.MustCompile(`(?m)^## (.*)$`).FindAllStringSubmatch(iam, -1) {
		text, err := section(iam, heading[1])
		if err != nil {
			continue // the section has no policy
		}
		var all []string
		for in := json.NewDecoder(strings.NewReader(text)); ; {
			var policy struct {
				Action    actions
				Statement []struct{ Action actions }
			}
			err := in.Decode(&policy)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				all = nil // not JSON: an example with …
				break
			}
			all = append(all, policy.Action...)
			for _, statement := range policy.Statement {
				all = append(all, statement.Action...)
			}
		}
		if len(all) > 0 && strings.HasPrefix(all[0], "s3:") {
			found[heading[1]] = all
		}
	}
	return found
}

// Every policy in docs/reference/iam.md equals the permissions of a user in some script.
func TestDocumentedPoliciesAreTried(t *testing.T) {
	tried := map[string]bool{}
	scripts, err := filepath.Glob("testdata/script/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, user := range regexp.MustCompile(`(?m)^user \S+ (.*)$`).FindAllStringSubmatch(string(text), -1) {
			tried[strings.Join(slices.Sorted(slices.Values(strings.Fields(user[1]))), " ")] = true
		}
	}
	found := policies(t)
	if len(found) < 5 {
		t.Errorf("docs/reference/iam.md has %d policies", len(found))
	}
	const settings = "Settings of the bucket" // not a whole policy: a statement to add to Fetch
	found[settings] = append(found[settings], found["Fetch"]...)
	for heading, policy := range found {
		if policy := strings.Join(slices.Sorted(slices.Values(policy)), " "); !tried[policy] {
			t.Errorf("%s: no script has a user with %s", heading, policy)
		}
	}
}

// docs/reference/iam.md has every permission that hectl names in an error, and no other.
func TestDocumentedPermissions(t *testing.T) {
	files, err := filepath.Glob("internal/s3store/*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, action := range regexp.MustCompile(`(?m)^\taction\w+ += "(s3:\w+)"$`).FindAllStringSubmatch(string(text), -1) {
			named[action[1]] = true
		}
	}
	documented := map[string]bool{}
	for _, policy := range policies(t) {
		for _, action := range policy {
			documented[action] = true
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(named)), slices.Sorted(maps.Keys(documented))); diff != "" || len(named) < 11 {
		t.Errorf("internal/s3store (-) names %d permissions, docs/reference/iam.md (+):\n%s", len(named), diff)
	}
}

// docs/reference/exit-codes.md lists every exit code.
func TestDocumentedExitCodes(t *testing.T) {
	want := []fault.Code{
		fault.Done, fault.Failed, fault.Usage, fault.Warnings, fault.NotFound, fault.Locked,
		fault.Denied, fault.Integrity, fault.Stale, fault.Refused, fault.Interrupted,
	}
	codes, _, _ := strings.Cut(page(t, "docs/reference/exit-codes.md"), "\n\nSome exit codes") // the table of all codes
	var got []fault.Code
	for _, row := range regexp.MustCompile(`(?m)^\| (\d+) \|`).FindAllStringSubmatch(codes, -1) {
		code, err := strconv.Atoi(row[1])
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fault.Code(code))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
