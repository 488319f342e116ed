package methods

import "strings"

// email replaces distinct values with distinct addresses: a readable name and enough of the
// value's HMAC to distinguish ten million values. In a short column it omits the name.
func (m maker) email(k *keyedHash) (change, error) {
	const standard = "@example.com"
	limit, keepDomain := m.limit, m.spec.Text == "keep_domain"
	first, last := inAddress(firstNames(0)), inAddress(lastNames(0))
	return func(dst, value, _ []byte) ([]byte, error) {
		d := k.draw(value)
		defer k.done(d)
		domain := standard
		if keepDomain {
			if own := domainOf(value); own != nil && (limit == 0 || len(own)+codeLength <= limit) {
				d.text = append(d.text[:0], own...)
				domain = ""
			}
		}
		if domain != "" {
			d.text = append(d.text[:0], domain...)
		}
		room := limit - len(d.text)
		code := codeLength
		if limit == 0 {
			room = 64 // maximum length before the @, RFC 5321
		} else {
			code = min(code, room)
		}
		for _, name := range [...]string{d.pick(first), d.pick(last)} {
			if room-code > len(name) {
				dst = append(append(dst, name...), '.')
				room -= len(name) + 1
			}
		}
		dst = d.code(dst, code)
		return append(dst, d.text...), nil
	}, nil
}

// domainOf returns the domain of an address, with the @, or nil if there is no valid one.
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

// inAddress returns words in lower case, with only their letters.
func inAddress(words []string) []string {
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
