package main

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/console"
)

func TestCompletions(t *testing.T) {
	out := console.New(console.Options{Stdout: io.Discard, Stderr: io.Discard, Now: time.Now})
	env := &command.Env{Console: out}
	app := newApp(env, io.Discard)
	// In place of what asks the bucket.
	env.CompleteArgs("restore", func(_ context.Context, line command.Line) ([]command.Candidate, error) {
		return []command.Candidate{{Word: "dump-of-" + line.Flags["bucket"]}, {Word: "after-" + strings.Join(line.Operands, "+")}}, nil
	})
	env.CompleteArgs("--env", func(context.Context, command.Line) ([]command.Candidate, error) {
		return []command.Candidate{{Word: "production"}, {Word: "staging"}}, nil
	})
	for _, tt := range []struct{ in, want string }{ // words, "|" between them; candidates, a space between
		{"fetch-", "fetch-latest-db fetch-attachments"},
		{"-q|ver", "verify version"},
		{"--target|dev|dow", "download"},
		{"help|back", "backup"},
		{"help|backup|", ""},
		{"nonsense|", ""},
		{"fetch-latest-db|--dr", "--drop-previous --dry-run"},
		{"--dr", ""},
		{"restore|x|--js", "--json"},
		{"restore|--help", "--help"},
		{"restore|--nonsense|", "dump-of- after-"},
		{"restore|--bucket|s3://b|-j4|", "dump-of-s3://b after-"},
		{"restore|x|", "dump-of- after-x"},
		{"restore|x|aft", "after-x"},
		{"restore|--|--dr", ""},
		{"list|--log-format|", "text json"},
		{"list|--log-format|=|j", "json"},
		{"list|--log-format|=", "text json"},
		{"list|--log-format=j", "--log-format=json"},
		{"list|--path-style|f", "false"},
		{"list|--env|s", "staging"},
		{"list|--env|=|s", "staging"},
		{"list|--env=", "--env=production --env=staging"},
		{"list|--env|=|staging|--lo", "--long --log-format"},
		{"list|--json=", ""},
		{"list|--bucket|", ""},
		{"download|-o|x", ":files"},
		{"backup|--pg-bin|x", ":folders"},
		{"help|snapshot|re", "restore rename"},
		{"help|snapshot|save|", ""},
		{"help|nonsense|", ""},
		{"snapshot|", "save list restore rename delete"},
		{"snapshot|--target|x|s", "save"},
		{"snapshot|--dr", "--dry-run --drop-previous"},
		{"snapshot|save|--dr", "--dry-run"},
		{"snapshot|list|--dr", ""},
		{"snapshot|list|--log-format|", "text json"},
		{"mask|--su", "--suggest"},
		{"mask|rules|", ""},
		{"completion|", "bash zsh fish"},
		{"completion|bash|", ""},
		{"list|x", ""},
	} {
		var got []string
		for _, c := range completions(t.Context(), env, app, strings.Split(tt.in, "|")) {
			got = append(got, c.Word)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%q: got %q, want %q", tt.in, strings.Join(got, " "), tt.want)
		}
	}
	if got := completions(t.Context(), env, app, nil); len(got) == 0 || got[0].Word != "backup" {
		t.Errorf("of nothing: %v", got)
	}
}
