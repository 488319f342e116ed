package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// stream returns events in the format of go test -json.
func stream(t *testing.T, events ...event) *strings.Reader {
	t.Helper()
	var b strings.Builder
	for _, e := range events {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	return strings.NewReader(b.String())
}

func TestReport(t *testing.T) {
	out := func(test, text string) event { return event{Action: "output", Package: "p", Test: test, Output: text} }
	end := func(test, action string) event { return event{Action: action, Package: "p", Test: test} }
	tests := map[string]struct {
		events []event
		want   string
	}{
		"a passing test is silent": {
			[]event{
				out("TestA", "=== RUN   TestA\n"), out("TestA", "    a_test.go:1: hello\n"),
				out("TestA", "--- PASS: TestA (0.00s)\n"), end("TestA", "pass"),
				out("", "PASS\n"), out("", "ok  \tp\t0.1s\n"), end("", "pass"),
			},
			"ok  \tp\t0.1s\n1 passed, 0 failed, 0 skipped\n",
		},
		"a failing and a skipped test say why": {
			[]event{
				out("TestA", "    a_test.go:1: broken\n"), out("TestA", "--- FAIL: TestA (0.00s)\n"), end("TestA", "fail"),
				out("TestB", "    a_test.go:2: no Postgres\n"), out("TestB", "--- SKIP: TestB (0.00s)\n"), end("TestB", "skip"),
				out("", "FAIL\tp\t0.1s\n"), end("", "fail"),
			},
			"    a_test.go:1: broken\n--- FAIL: TestA (0.00s)\n" +
				"    a_test.go:2: no Postgres\n--- SKIP: TestB (0.00s)\n" +
				"FAIL\tp\t0.1s\n0 passed, 1 failed, 1 skipped\n",
		},
		"a test that never ended has failed": {
			[]event{
				out("TestA", "=== RUN   TestA\n"), out("TestA", "panic: boom\n"),
				out("", "FAIL\tp\t0.1s\n"), end("", "fail"),
			},
			"FAIL\tp\t0.1s\npanic: boom\n0 passed, 1 failed, 0 skipped\n",
		},
		"a package that does not build": {
			[]event{
				{Action: "build-output", Output: "p/a.go:1: undefined: x\n"}, {Action: "build-fail"},
				out("", "FAIL\tp [build failed]\n"), end("", "fail"),
			},
			"p/a.go:1: undefined: x\nFAIL\tp [build failed]\n0 passed, 1 failed, 0 skipped\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			r := newReport(&got)
			if err := r.read(stream(t, test.events...)); err != nil {
				t.Fatal(err)
			}
			r.finish()
			if got.String() != test.want {
				t.Errorf("printed:\n%s\nwant:\n%s", &got, test.want)
			}
		})
	}
}

// With -v, the lines of tests that passed are also printed.
func TestVerboseReport(t *testing.T) {
	var b bytes.Buffer
	r := newReport(&b)
	r.verbose = true
	if err := r.read(stream(t,
		event{Action: "output", Package: "p", Test: "TestA", Output: "    a_test.go:1: 50 MB\n"},
		event{Action: "pass", Package: "p", Test: "TestA"})); err != nil {
		t.Fatal(err)
	}
	r.finish()
	if want := "    a_test.go:1: 50 MB\n1 passed, 0 failed, 0 skipped\n"; b.String() != want {
		t.Errorf("%q", &b)
	}
}
