package methods

// firstName replaces a value with a first name.
func (m maker) firstName(k *keyedHash) (change, error) { return pickWord(k, firstNames, m.limit), nil }

// lastName replaces a value with a last name.
func (m maker) lastName(k *keyedHash) (change, error) { return pickWord(k, lastNames, m.limit), nil }

// fullName replaces a value with a first and a last name.
func (m maker) fullName(k *keyedHash) (change, error) {
	long := pickTwo(k, firstNames(0), lastNames(0))
	switch {
	case m.limit == 0:
		return long, nil
	case m.limit < 5: // too short for two words
		return orShorter(m.limit, long, pick(k, firstNames(m.limit))), nil
	}
	half := (m.limit - 1) / 2
	return orShorter(m.limit, long, pickTwo(k, firstNames(half), lastNames(m.limit-1-half))), nil
}

// company replaces a value with a company name built on a last name: a list of company
// names would include real ones.
func (m maker) company(k *keyedHash) (change, error) {
	forms := []string{"Inc", "LLC", "Group", "and Sons", "and Partners", "Foundation", "Supply", "Brothers"}
	return orShorter(m.limit, pickTwo(k, lastNames(0), forms), pick(k, lastNames(m.limit))), nil
}

// pick returns the change to one of words.
func pick(k *keyedHash, words []string) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		d := k.draw(value)
		defer k.done(d)
		return append(dst, d.pick(words)...), nil
	}
}

// pickTwo returns the change to one word of each list.
func pickTwo(k *keyedHash, first, second []string) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		d := k.draw(value)
		defer k.done(d)
		dst = append(dst, d.pick(first)...)
		dst = append(dst, ' ')
		return append(dst, d.pick(second)...), nil
	}
}

// pickWord returns the change to a word of list, which is called with the maximum length
// of a word.
func pickWord(k *keyedHash, list func(longest int) []string, limit int) change {
	return orShorter(limit, pick(k, list(0)), pick(k, list(limit)))
}

// orShorter returns long, or short where long produces more than limit characters; 0 means
// no limit. Equal values in two columns therefore stay equal where both have enough room.
func orShorter(limit int, long, short change) change {
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
