package console

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

type leaky struct {
	Name  string            `json:"name"`
	Lines []string          `json:"lines"`
	Map   map[string]string `json:"map"`
}

func (leaky) Text() string { return "" }

// Neither the JSON of a result nor the log contains a password of the result.
func TestResultsAreRedacted(t *testing.T) {
	r := leaky{
		Name:  `a "quoted" <name> \`,
		Lines: []string{"postgres://u:zebra1@h/db", "host=h password='zebra2 \"zebra2' user=u", "plain & simple"},
		Map:   map[string]string{"hint": "PGPASSWORD=zebra3 hectl", "https://zebra4@store/": "x"},
	}
	var stdout, stderr bytes.Buffer
	c := New(Options{Stdout: &stdout, Stderr: &stderr, Now: time.Now})
	c.SetMode(false, false, true)
	if err := c.Result(r); err != nil {
		t.Fatal(err)
	}
	var back leaky
	if err := json.Unmarshal(stdout.Bytes(), &back); err != nil {
		t.Fatalf("%v: %s", err, stdout.String())
	}
	if back.Name != r.Name || back.Lines[2] != r.Lines[2] || back.Lines[0] != "postgres://u:***@h/db" || len(back.Map) != 2 {
		t.Errorf("%+v", back)
	}
	if strings.Contains(stdout.String()+stderr.String(), "zebra") {
		t.Errorf("%s%s", stdout.String(), stderr.String())
	}
	text, err := RedactJSON(r)
	if err != nil || strings.Contains(string(text), "zebra") {
		t.Errorf("%s, %v", text, err)
	}
}
