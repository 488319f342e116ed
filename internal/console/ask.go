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
)

// Asker asks a person at a terminal.
type Asker struct {
	out *Console
	in  *bufio.Reader
}

// Asker returns who asks over in and standard error, nil where one of the two is
// no terminal: then there is nobody to answer.
func (c *Console) Asker(in io.Reader) *Asker {
	f, ok := in.(*os.File)
	if !ok || !c.terminal || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return &Asker{c, bufio.NewReader(in)}
}

// errNoAnswer is the end of input where an answer was asked for.
var errNoAnswer = errors.New("no answer")

// Ask asks until check has nothing against the answer. An empty one means what is
// usual. When ctx ends, its cause is the error.
func (a *Asker) Ask(ctx context.Context, question, usual string, check func(answer string) error) (string, error) {
	for {
		prompt := question
		if usual != "" {
			prompt += " [" + usual + "]"
		}
		if _, err := io.WriteString(a.out.opt.Stderr, printable(prompt)+": "); err != nil {
			return "", fmt.Errorf("ask: %w", err)
		}
		answer, err := a.read(ctx)
		if err != nil {
			a.out.line(plain, "")
			return "", err
		}
		if answer == "" {
			answer = usual
		}
		if err := check(answer); err != nil {
			a.out.line(yellow, err.Error())
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
			return "", errNoAnswer
		}
		return text, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}
