package console

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestAskerNeedsATerminal(t *testing.T) {
	c, _, _ := newTest()
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for name, in := range map[string]io.Reader{"a pipe": strings.NewReader("yes\n"), "a device": file} {
		if c.Asker(in) != nil {
			t.Errorf("%s: there is an asker", name)
		}
	}
}

func TestAsk(t *testing.T) {
	t.Parallel()
	check := func(answer string) error {
		if answer != "dev" && answer != "stage" {
			return fault.New(fault.Usage, "name a database", "%q is not a database", answer)
		}
		return nil
	}
	for _, tt := range []struct {
		name, in, fallback string
		want, talk         string
		err                error
	}{
		{"an answer", "  dev \n", "", "dev", "target: ", nil},
		{"the fallback", "\n", "stage", "stage", "target [stage]: ", nil},
		{"an answer instead of the fallback", "dev\n", "stage", "dev", "target [stage]: ", nil},
		{"asked again", "prod\ndev\n", "", "dev", "target: \"prod\" is not a database\nhint: name a database\ntarget: ", nil},
		{"the end of input", "", "stage", "", "target [stage]: \n", ErrNoAnswer},
		{"the end of input in a line", "de", "", "", "target: \n", ErrNoAnswer},
	} {
		c, _, stderr := newTest()
		a := &Asker{c, bufio.NewReader(strings.NewReader(tt.in))}
		got, err := a.Ask(t.Context(), "target", tt.fallback, check)
		if got != tt.want || !errors.Is(err, tt.err) || stderr.String() != tt.talk {
			t.Errorf("%s: got %q, %v, talk %q", tt.name, got, err, stderr)
		}
	}
}

func TestAnswerStopsWithTheContext(t *testing.T) {
	t.Parallel()
	c, _, _ := newTest()
	in, out := io.Pipe()
	defer out.Close()
	stopped := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stopped)
	if _, err := (&Asker{c, bufio.NewReader(in)}).Answer(ctx, "go on?"); !errors.Is(err, stopped) {
		t.Errorf("got %v", err)
	}
}
