package mask

import "strings"

// A change is what a method does to one value that is text of at most limit
// characters, where limit is not 0. Unlike a Method it never makes NULL.
type change func(dst, value []byte) ([]byte, error)

// word returns one of words.
func word(k *keyed, words []string) change {
	return func(dst, value []byte) ([]byte, error) {
		l := k.lot(value)
		defer k.done(l)
		return append(dst, l.pick(words)...), nil
	}
}

// fullName returns a first and a last name.
func fullName(k *keyed, limit int) change {
	if limit == 1 || limit == 2 { // no room for two words
		return word(k, firstNames(limit))
	}
	first, last := firstNames(half(limit)), lastNames(rest(limit))
	return func(dst, value []byte) ([]byte, error) {
		l := k.lot(value)
		defer k.done(l)
		dst = append(dst, l.pick(first)...)
		dst = append(dst, ' ')
		return append(dst, l.pick(last)...), nil
	}
}

// half and rest share out what is left of a limit after one space between two
// words.
func half(limit int) int {
	if limit == 0 {
		return 0
	}
	return (limit - 1) / 2
}

func rest(limit int) int {
	if limit == 0 {
		return 0
	}
	return limit - 1 - half(limit)
}

// company returns the name of a firm, after people: gofakeit's own list has real
// ones.
func company(k *keyed, limit int) change {
	forms := []string{" Inc", " LLC", " Group", " and Sons", " and Partners", " Foundation", " Supply", " Brothers"}
	longest := len(" Foundation")
	names := lastNames(0)
	if limit > 0 && limit < longest+8 {
		forms, names = []string{""}, lastNames(limit)
	} else if limit > 0 {
		names = lastNames(limit - len(" and Partners"))
	}
	return func(dst, value []byte) ([]byte, error) {
		l := k.lot(value)
		defer k.done(l)
		dst = append(dst, l.pick(names)...)
		return append(dst, l.pick(forms)...), nil
	}
}

// email returns an address that differs where the values do: a name to read, and
// as much of the value's HMAC as tells ten million apart. Where the column is
// short, the name goes first.
func email(k *keyed, limit int, keepDomain bool) change {
	const standard = "@example.com"
	first, last := lower(firstNames(0)), lower(lastNames(0))
	return func(dst, value []byte) ([]byte, error) {
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
