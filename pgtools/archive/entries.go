package archive

import "iter"

// All yields the entries in the order of the table of contents.
func (h *Head) All() iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		for i := range h.Entries {
			if !yield(&h.Entries[i]) {
				return
			}
		}
	}
}
