package catalog

import (
	"bytes"
	"encoding/json"
)

// withUnknown returns the JSON in now, plus the fields that only before has, at any depth,
// and reports whether there are any. A later version of hectl wrote these fields. Elements
// of two lists of the same length are matched by position, because the blocks of a dump
// never change.
func withUnknown(before, now json.RawMessage) (json.RawMessage, bool) {
	var oldFields, fields map[string]json.RawMessage
	if json.Unmarshal(before, &oldFields) == nil && json.Unmarshal(now, &fields) == nil && fields != nil {
		found := false
		for name, value := range oldFields {
			kept, unknown := value, true
			if own, known := fields[name]; known {
				kept, unknown = withUnknown(value, own)
			}
			if unknown {
				fields[name], found = kept, true
			}
		}
		return encoded(fields, now, found)
	}
	var oldElements, elements []json.RawMessage
	if json.Unmarshal(before, &oldElements) == nil && json.Unmarshal(now, &elements) == nil && len(oldElements) == len(elements) {
		found := false
		for i := range elements {
			kept, unknown := withUnknown(oldElements[i], elements[i])
			if unknown {
				elements[i], found = kept, true
			}
		}
		return encoded(elements, now, found)
	}
	return now, false
}

// encoded returns value as JSON if changed, and was otherwise.
func encoded(value any, was json.RawMessage, changed bool) (json.RawMessage, bool) {
	if !changed {
		return was, false
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return was, false // impossible: value was parsed from JSON
	}
	return b.Bytes(), true
}
