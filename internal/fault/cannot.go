package fault

import (
	"fmt"
	"slices"
	"strings"
)

// Cannot returns the error "cannot" with the formatted text, all problems that are the
// cause, and their hints.
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
