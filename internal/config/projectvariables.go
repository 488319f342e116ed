package config

import "path/filepath"

// ProjectVariables returns the variables that an application in dir sees: those of the
// environment, which take precedence, and those of its .env files. Without names, the
// files are those that dotenv-rails reads in development. "hectl init" evaluates
// expressions with them; they have no other effect. ProjectVariables omits a value that
// cannot be read or is longer than any part of a connection string.
func (s *Sources) ProjectVariables(dir string, names ...string) map[string]Value {
	const longest = 1024
	if len(names) == 0 {
		names = dotenvFiles()
	}
	all := map[string]Value{}
	for name, text := range s.env {
		all[name] = Value{text, name + " in the environment"}
	}
	known := func(name string) (string, bool) {
		v, ok := all[name]
		return v.Text, ok
	}
	for _, file := range names {
		_, text, err := readDotenvFile(filepath.Join(dir, file))
		if err != nil {
			continue
		}
		for name, a := range lastAssignments(text, known) {
			if _, ok := all[name]; !ok && a.err == nil && len(a.text) <= longest {
				all[name] = Value{a.text, name + " in " + file}
			}
		}
	}
	return all
}
