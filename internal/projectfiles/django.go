package projectfiles

import (
	"path"
	"slices"
	"strings"
)

// django returns the database in each Django settings file.
func (p Project) django() []Database {
	files := p.glob("settings.py", "*/settings.py", "settings/*.py", "*/settings/*.py", "*/*/settings.py", "*/*/settings/*.py")
	slices.SortStableFunc(files, func(a, b string) int { return settingsRank(a) - settingsRank(b) })
	var all []Database
	for _, file := range files {
		source, ok := p.read(file)
		if !ok || settingsRank(file) > 1 {
			continue
		}
		d := dict{lex(source, 1, hash()), file, p.variables("")}
		if found, ok := d.django(); ok {
			all = append(all, found)
		}
	}
	return all
}

// settingsRank orders settings files: 0 for development, 1 for every environment, 2 for
// other environments, which are ignored.
func settingsRank(file string) int {
	name := strings.TrimSuffix(path.Base(file), ".py")
	switch {
	case LooksLikeProduction(name), strings.Contains(name, "test"), strings.Contains(name, "stag"), name == "ci":
		return 2
	case strings.HasPrefix(name, "dev"), strings.HasPrefix(name, "local"):
		return 0
	}
	return 1
}

// django returns the default database of a file, in one of the forms
//
//	DATABASES = {"default": …}
//	DATABASES["default"] = …
//
// where the value is a dictionary, or a URL in a function of a well-known library.
func (d dict) django() (Database, bool) {
	tokens, ok := d.after("DATABASES", "default").at("default")
	for i := range d.tokens {
		if of := d.tokens[i:]; startWith(of, "DATABASES", "[", "default", "]", "=") {
			tokens, ok = of[5:], true
		}
	}
	if !ok {
		return Database{}, false
	}
	origin := d.file + " (default)"
	if url, ok := d.url(tokens); ok {
		found, ok := parseURL(url)
		found.Origin = origin
		return found, ok
	}
	one := d.open(tokens)
	if engine := one.value("ENGINE"); engine.state != known || !isPostgres(engine.Text) {
		return Database{}, false
	}
	return newDatabase(origin, one.value("NAME"), one.value("HOST"), one.value("PORT"), one.value("USER")), true
}

// startWith reports whether tokens start with these texts, and more tokens follow.
func startWith(tokens []token, texts ...string) bool {
	if len(tokens) <= len(texts) {
		return false
	}
	for i, text := range texts {
		if tokens[i].text != text {
			return false
		}
	}
	return true
}

// url returns the URL in a call of a well-known library, such as
// dj_database_url.config(default="…") or env.db("NAME", default="…").
func (d dict) url(tokens []token) (Part, bool) {
	if len(tokens) < 3 || tokens[0].kind != word || tokens[1].text != "(" {
		return Part{}, false
	}
	name := tokens[0].text
	if !slices.Contains([]string{"dj_database_url.config", "dj_database_url.parse", "env.db", "env.db_url", "env.dj_db_url"}, name) {
		return Part{}, false
	}
	args := tokens[2:]
	r := reader{tokens: args, file: d.file, variables: d.variables}
	if name == "dj_database_url.parse" {
		v := r.expr(",", ")")
		return v.Part, v.state == known
	}
	if args[0].kind != text { // only named arguments: the variable is the usual one
		usual := []token{{kind: text, text: "DATABASE_URL", line: args[0].line}}
		if args[0].text != ")" {
			usual = append(usual, token{kind: punct, text: ","})
		}
		r.tokens = slices.Concat(usual, args)
	}
	v := r.lookup()
	return v.Part, v.state == known
}
