package mask

import "strings"

// A change is what a method does to one value that is text of at most limit
// characters, where limit is not 0. Unlike a Method it never makes NULL.
type change func(dst, value, row []byte) ([]byte, error)

// pick returns one of words.
func pick(k *keyed, words []string) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		l := k.lot(value)
		defer k.done(l)
		return append(dst, l.pick(words)...), nil
	}
}

// fitting returns what long does, and short where that has more than limit
// characters, 0 for any number: so values that are equal in two columns stay so,
// though one has less room, as long as there is room enough.
func fitting(limit int, long, short change) change {
	if limit == 0 {
		return long
	}
	return func(dst, value, row []byte) ([]byte, error) {
		from := len(dst)
		dst, err := long(dst, value, row)
		if err == nil && len(dst)-from > limit {
			return short(dst[:from], value, row)
		}
		return dst, err
	}
}

// word returns one of a list's words.
func word(k *keyed, list func(longest int) []string, limit int) change {
	return fitting(limit, pick(k, list(0)), pick(k, list(limit)))
}

// fullName returns a first and a last name.
func fullName(k *keyed, limit int) change {
	long := joined(k, firstNames(0), lastNames(0))
	switch {
	case limit == 0:
		return long
	case limit < 5: // no room for two words
		return fitting(limit, long, pick(k, firstNames(limit)))
	}
	half := (limit - 1) / 2
	return fitting(limit, long, joined(k, firstNames(half), lastNames(limit-1-half)))
}

// joined returns two words.
func joined(k *keyed, first, second []string) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		l := k.lot(value)
		defer k.done(l)
		dst = append(dst, l.pick(first)...)
		dst = append(dst, ' ')
		return append(dst, l.pick(second)...), nil
	}
}

// company returns a company name made of a last name: a list of company names would
// have real ones.
func company(k *keyed, limit int) change {
	forms := []string{"Inc", "LLC", "Group", "and Sons", "and Partners", "Foundation", "Supply", "Brothers"}
	return fitting(limit, joined(k, lastNames(0), forms), pick(k, lastNames(limit)))
}

// email returns an address that differs where the values do: a name to read, and
// as much of the value's HMAC as tells ten million apart. Where the column is
// short, the name goes first.
func email(k *keyed, limit int, keepDomain bool) change {
	const standard = "@example.com"
	first, last := lower(firstNames(0)), lower(lastNames(0))
	return func(dst, value, _ []byte) ([]byte, error) {
		l := k.lot(value)
		defer k.done(l)
		domain := standard
		if keepDomain {
			if own := domainOf(value); own != nil && (limit == 0 || len(own)+codeLength <= limit) {
				l.text = append(l.text[:0], own...)
				domain = ""
			}
		}
		if domain != "" {
			l.text = append(l.text[:0], domain...)
		}
		room := limit - len(l.text)
		code := codeLength
		if limit == 0 {
			room = 64 // of the part before the @, RFC 5321
		} else {
			code = min(code, room)
		}
		for _, name := range [...]string{l.pick(first), l.pick(last)} {
			if room-code > len(name) {
				dst = append(append(dst, name...), '.')
				room -= len(name) + 1
			}
		}
		dst = l.code(dst, code)
		return append(dst, l.text...), nil
	}
}

// domainOf returns the domain of an address, with the @, nil when there is none
// that could be one.
func domainOf(address []byte) []byte {
	at := -1
	for i, c := range address {
		switch {
		case c == '@':
			at = i
		case at < 0:
		case c != '-' && c != '.' && !isLetterOrDigit(c):
			return nil
		}
	}
	if at < 0 || at+1 == len(address) || len(address)-at > 254 {
		return nil
	}
	return address[at:]
}

func isLetterOrDigit(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// lower returns words as they stand in an address.
func lower(words []string) []string {
	lowered := make([]string, len(words))
	for i, w := range words {
		lowered[i] = strings.Map(func(r rune) rune {
			if 'a' <= r && r <= 'z' {
				return r
			}
			return -1
		}, strings.ToLower(w))
	}
	return lowered
}
