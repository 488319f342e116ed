package console

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Asker asks questions at a terminal.
type Asker struct {
	out *Console
	in  *bufio.Reader
}

// Asker returns an Asker that reads in and prompts on standard error, nil if in is not a
// terminal.
func (c *Console) Asker(in io.Reader) *Asker {
	f, ok := in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return &Asker{c, bufio.NewReader(in)}
}

// ErrNoAnswer reports the end of input in place of an answer.
var ErrNoAnswer = errors.New("no answer")

// Answer shows a prompt and returns the next line, without the spaces around it. If ctx
// is done first, Answer returns its cause.
func (a *Asker) Answer(ctx context.Context, prompt string) (string, error) {
	a.out.mu.Lock()
	_, err := io.WriteString(a.out.opt.Stderr, printable(prompt)+" ")
	a.out.mu.Unlock()
	if err != nil {
		return "", fmt.Errorf("ask: %w", err)
	}
	answer, err := a.read(ctx)
	if err != nil {
		a.out.line(plain, "")
	}
	return answer, err
}

// Ask repeats a question until check accepts the answer. An empty answer means
// fallback.
func (a *Asker) Ask(ctx context.Context, question, fallback string, check func(answer string) error) (string, error) {
	for {
		prompt := question
		if fallback != "" {
			prompt += " [" + fallback + "]"
		}
		answer, err := a.Answer(ctx, prompt+":")
		if err != nil {
			return "", err
		}
		answer = cmp.Or(answer, fallback)
		if err := check(answer); err != nil {
			a.out.line(yellow, err.Error())
			for _, hint := range fault.Hints(err) {
				a.out.line(plain, "hint: "+hint)
			}
			continue
		}
		return answer, nil
	}
}

// read reads a line. A read from a terminal cannot be canceled, so it is abandoned when
// ctx is done.
func (a *Asker) read(ctx context.Context) (string, error) {
	answer := make(chan string, 1)
	go func() {
		defer close(answer)
		if line, err := a.in.ReadString('\n'); err == nil {
			answer <- strings.TrimSpace(line)
		}
	}()
	select {
	case text, ok := <-answer:
		if !ok {
			return "", ErrNoAnswer
		}
		return text, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}
