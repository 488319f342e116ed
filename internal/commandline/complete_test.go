package commandline_test

import (
	"context"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/commandline"
)

func TestComplete(t *testing.T) {
	completers := commandline.Completers{
		"restore": func(_ context.Context, line commandline.Line) ([]commandline.Candidate, error) {
			return []commandline.Candidate{{Word: "dump-of-" + line.Flags["bucket"]}, {Word: "after-" + strings.Join(line.Operands, "+")}}, nil
		},
		"mask check":   commandline.OneOf("latest", commandline.CompleteFiles),
		"--env":        commandline.OneOf("production", "staging"),
		"--log-format": commandline.OneOf("text", "json"),
	}
	complete := func(words []string) string {
		var out strings.Builder
		commandline.Complete(t.Context(), &out, newApp(), completers, words)
		var found []string
		for line := range strings.Lines(out.String()) {
			word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
			found = append(found, word)
		}
		return strings.Join(found, " ")
	}
	for _, tt := range []struct{ in, want string }{ // words separated by "|"; candidates separated by spaces
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
		{"mask|", "rules check"},
		{"mask|check|", "latest :files"},
		{"mask|check|--env|s", "staging"},
		{"completion|", "bash zsh fish"},
		{"completion|bash|", ""},
		{"list|x", ""},
	} {
		if got := complete(strings.Split(tt.in, "|")); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.in, got, tt.want)
		}
	}
	if got := complete(nil); !strings.HasPrefix(got, "backup list ") || !strings.HasSuffix(got, " completion version help") {
		t.Errorf("without words: %q", got)
	}
}

// Shells show the description after a tab. Names from a server cannot add lines.
func TestCompleteDescribes(t *testing.T) {
	completers := commandline.Completers{"restore": func(context.Context, commandline.Line) ([]commandline.Candidate, error) {
		return []commandline.Candidate{{Word: "a\nb", About: "two\tcolumns\nand lines"}}, nil
	}}
	for _, tt := range []struct {
		words []string
		want  string
	}{
		{[]string{"backu"}, "backup\tdump a database to the bucket\n"},
		{[]string{"fetch-latest-db", "--ta"}, "--target\tTARGET to replace\n"},
	} {
		var out strings.Builder
		commandline.Complete(t.Context(), &out, newApp(), completers, tt.words)
		if out.String() != tt.want {
			t.Errorf("%q: got %q", tt.words, out.String())
		}
	}
	var out strings.Builder
	commandline.Complete(t.Context(), &out, newApp(), completers, []string{"restore", ""})
	if strings.Count(out.String(), "\n") != 1 || strings.Count(out.String(), "\t") > 2 {
		t.Errorf("%q", out.String())
	}
}
