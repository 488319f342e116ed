package schema

import "strings"

// WithoutRoles returns CREATE POLICY without the roles that unwanted selects, the
// roles that stay, and those that go, all as SQL. The policy is "" when no role
// stays. A policy for all roles, and a statement of another form, stay as they are.
func WithoutRoles(sql string, unwanted func(role string) bool) (edited string, kept, cut []string) {
	p := &parser{sql: sql, all: read(sql)}
	p.expect("create policy")
	p.name()
	p.expect("on")
	p.qualified()
	for _, clause := range []string{"as", "for"} {
		if p.accept(clause) {
			p.name()
		}
	}
	p.expect("to")
	begin := p.peek(0).start
	for p.err == nil {
		start := p.peek(0).start
		if role := p.name(); p.err == nil && unwanted(role) {
			cut = append(cut, p.since(start))
		} else {
			kept = append(kept, p.since(start))
		}
		if !p.accept(",") {
			break
		}
	}
	switch {
	case p.err != nil:
		return sql, nil, nil
	case len(kept) == 0:
		return "", nil, cut
	}
	return sql[:begin] + strings.Join(kept, ", ") + sql[p.all[p.at-1].stop:], kept, cut
}
