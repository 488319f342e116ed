package fault

import (
	"fmt"
	"slices"
	"strings"
)

// Cannot returns an error that consists of "cannot", the formatted text and the problems
// that caused it. It keeps their hints.
func Cannot(problems []error, format string, args ...any) error {
	var texts, hints []string
	for _, p := range problems {
		texts = append(texts, p.Error())
		hints = append(hints, Hints(p)...)
	}
	err := New(Failed, "", "cannot %s: %s", fmt.Sprintf(format, args...), strings.Join(texts, "; "))
	for _, hint := range slices.Backward(hints) {
		err = Wrap(Failed, hint, err)
	}
	return err
}
