package config

import "path/filepath"

// ProjectVariables returns the variables of the environment and those of a folder's
// .env files, which the environment overrides, as an application in that folder sees
// them. Without names, the files are those that dotenv reads in development. Nothing
// of it is in effect: it is what "hectl init" looks expressions up in. A value that
// cannot be told, or is longer than any part of a database's place, is left out.
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
