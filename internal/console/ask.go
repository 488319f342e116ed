package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Asker asks a person at a terminal.
type Asker struct {
	out *Console
	in  *bufio.Reader
}

// Asker returns who asks over in and standard error, nil where in is no terminal:
// then there is nobody to answer.
func (c *Console) Asker(in io.Reader) *Asker {
	f, ok := in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return &Asker{c, bufio.NewReader(in)}
}

// ErrNoAnswer is the end of input where an answer was asked for.
var ErrNoAnswer = errors.New("no answer")

// Answer shows a prompt and returns the line that comes, without the spaces around
// it. When ctx ends, its cause is the error.
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

// Ask asks until check has nothing against the answer. An empty one means what is
// usual.
func (a *Asker) Ask(ctx context.Context, question, usual string, check func(answer string) error) (string, error) {
	for {
		prompt := question
		if usual != "" {
			prompt += " [" + usual + "]"
		}
		answer, err := a.Answer(ctx, prompt+":")
		if err != nil {
			return "", err
		}
		if answer == "" {
			answer = usual
		}
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

// read reads a line. A read from a terminal cannot be called off, so it is left
// behind when ctx ends.
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
