package schema

// Casts returns the types to which an expression casts values. It ignores casts of string
// constants.
func Casts(sql string) ([]Type, error) {
	casts, _, err := castsAndCalls(sql)
	return casts, err
}

// Calls returns the functions that an expression calls, including keywords that look like a
// function, such as COALESCE, in lower case.
func Calls(sql string) ([]Name, error) {
	_, calls, err := castsAndCalls(sql)
	return calls, err
}

func castsAndCalls(sql string) (casts []Type, calls []Name, err error) {
	p := parse(sql)
	isConstant := false // the last value is a string constant with its casts
	for p.err == nil && !p.over() {
		t := p.peek(0)
		switch {
		case p.accept("::"):
			if to := p.typeName(); !isConstant {
				casts = append(casts, to)
			}
			continue
		case t.kind == word || t.kind == quoted:
			name := Name{Name: p.name()}
			for p.accept(".") && !p.accept("*") {
				name.Schema, name.Name = name.Name, p.name()
			}
			if next := p.peek(0); p.sees("(") && next.start == p.all[p.at-1].stop {
				calls = append(calls, name)
			}
		default:
			p.at++
		}
		isConstant = t.kind == literal
	}
	return casts, calls, p.err
}
