package projectfiles

import "slices"

// prisma returns the database of the Prisma schema or configuration.
func (p Project) prisma() []Database {
	for _, file := range p.glob("prisma/schema.prisma", "schema.prisma", "prisma/schema/*.prisma", "prisma.config.ts", "prisma.config.js") {
		source, ok := p.read(file)
		if !ok {
			continue
		}
		variables := p.variables("", ".env")
		for name, v := range p.variables("prisma", ".env") {
			if _, ok := variables[name]; !ok {
				variables[name] = v
			}
		}
		tokens := lex(source, 1, slashes())
		i := slices.IndexFunc(tokens, func(t token) bool { return t.kind == word && t.text == "datasource" })
		if i < 0 {
			continue
		}
		r := reader{tokens: tokens[i:], file: file, variables: variables}
		if d, ok := r.datasource(); ok {
			return []Database{d}
		}
	}
	return nil
}

// datasource returns the database of the datasource block that starts the tokens.
func (r *reader) datasource() (Database, bool) {
	provider, url := value{}, value{}
	for len(r.tokens) > 0 && !r.is("}") {
		t := r.take()
		if t.kind != word || !r.accept("=") && !r.accept(":") {
			continue
		}
		switch t.text {
		case "provider":
			provider = r.single()
		case "url":
			url = r.single()
		}
	}
	if provider.state == known && !isPostgres(provider.Text) || url.state != known {
		return Database{}, false
	}
	d, ok := parseURL(url.Part)
	d.Origin = r.file
	return d, ok
}
