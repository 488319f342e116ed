package main

import (
	"encoding/json"
	"errors"
	"io"
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

// actions matches one or several actions of a policy.
type actions []string

func (a *actions) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*a = actions{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(a))
}

// policies returns the actions of each S3 policy in docs/reference/iam.md, sorted.
func policies(t *testing.T) [][]string {
	t.Helper()
	var found [][]string
	for _, block := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(page(t, "docs/reference/iam.md"), -1) {
		var all []string
		for in := json.NewDecoder(strings.NewReader(block[1])); ; {
			var policy struct {
				Action    actions
				Statement []struct{ Action actions }
			}
			err := in.Decode(&policy)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				all = nil // an example with … in it
				break
			}
			all = append(all, policy.Action...)
			for _, statement := range policy.Statement {
				all = append(all, statement.Action...)
			}
		}
		if slices.Sort(all); len(all) > 0 && strings.HasPrefix(all[0], "s3:") {
			found = append(found, all)
		}
	}
	return found
}

// Every policy in docs/reference/iam.md equals that of a user in a script.
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
	if len(found) < 4 {
		t.Errorf("docs/reference/iam.md has %d policies", len(found))
	}
	for _, policy := range found {
		if !tried[strings.Join(policy, " ")] {
			t.Errorf("no script has a user with %s", strings.Join(policy, " "))
		}
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
