package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/test/program"
)

// TestEveryContender runs every contender on almost no data.
func TestEveryContender(t *testing.T) {
	programs, file := program.Build(t, "."), filepath.Join(t.TempDir(), "figures.json")
	opt, err := parse([]string{
		"--size", "0", "--rounds", "1", "--wait", "0s", "--settings", "throwaway", "--hectl", filepath.Join(programs, "hectl"),
		"--exclude", "--levels", "--large", "1", "--tables", "3", "--only", "fetch/loopback/(hectl|snapshot)|(levels/loopback/hectl-6|large/loopback/sessions-4)|exclude/loopback/hectl-|(tables|backup)/loopback|(tables|backup)/shaped/hectl", "--json", file,
	}, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	opt.self = filepath.Join(programs, "bench")
	var stdout bytes.Buffer
	if err := bench(t.Context(), opt, &stdout); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	var runs int
	for _, result := range r.Results {
		for _, row := range result.Rows {
			runs++
			s := row.Samples[0]
			onS3 := !strings.HasPrefix(row.Contender, "floor") && !strings.HasPrefix(row.Contender, "nowhere") && row.Contender != "directory" && result.Scenario != "large"
			if s.Seconds <= 0 || s.Memory == 0 || onS3 != (s.Down > 0) || onS3 != (s.Up > 0) {
				t.Errorf("%s, %s, %s: %+v", result.Scenario, result.Link, row.Contender, s)
			}
			if !strings.Contains(stdout.String(), row.Does) {
				t.Errorf("%s is not in the table", row.Contender)
			}
		}
	}
	if want := 2 + 1 + 9 + 7 + 1 + 2 + 1 + 1; runs != want {
		t.Errorf("%d runs, want %d:\n%s", runs, want, &stdout)
	}
}

func TestFlags(t *testing.T) {
	hectl := filepath.Join(t.TempDir(), "hectl")
	if err := os.WriteFile(hectl, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args  string
		scale int // -1 for an error
		links int
	}{
		{"", 14, 2},
		{"--size 14 --link shaped", 14, 1},
		{"--size 90MB", 1, 2},
		{"--size 0", 0, 2},
		{"--size -1", -1, 0},
		{"--size much", -1, 0},
		{"--link lan", -1, 0},
		{"--only (", -1, 0},
		{"--settings fast", -1, 0},
		{"--rounds 0", -1, 0},
		{"more", -1, 0},
	} {
		opt, err := parse(strings.Fields("--hectl "+hectl+" "+tt.args), &bytes.Buffer{})
		switch {
		case tt.scale < 0:
			if !errors.Is(err, program.ErrUsage) {
				t.Errorf("%s: %v", tt.args, err)
			}
		case err != nil || opt.scale != tt.scale || len(opt.links) != tt.links:
			t.Errorf("%s: scale %d, %d links, %v", tt.args, opt.scale, len(opt.links), err)
		}
	}
}

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		numbers []float64
		want    float64
	}{
		{[]float64{3}, 3},
		{[]float64{9, 1, 2}, 2},
		{[]float64{4, 1, 2, 9}, 3},
	} {
		if got := median(tt.numbers); got != tt.want {
			t.Errorf("median of %v = %v, want %v", tt.numbers, got, tt.want)
		}
	}
}

// TestPipeFails checks that a failure is reported with its message, and that the program
// before it in the pipe does not hang.
func TestPipeFails(t *testing.T) {
	r := &run{world: &world{dir: t.TempDir()}}
	err := r.pipe(context.Background(), exec.Command("cat", "/dev/zero"), exec.Command("sh", "-c", "echo no room >&2; exit 3"))
	if err == nil || !strings.Contains(err.Error(), "sh: exit status 3:\nno room") {
		t.Error(err)
	}
	if err := r.pipe(context.Background(), exec.Command("true"), exec.Command("/nonexistent")); err == nil {
		t.Error("no error")
	}
}
