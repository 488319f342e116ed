package config

import (
	"os"
	"path/filepath"

	"github.com/joho/godotenv"
)

// ProjectVariables returns the variables of the environment and those of a folder's
// .env files, which the environment overrides, as an application in that folder sees
// them. Without names, the files are those of development. Nothing of it is in
// effect: it is what "hectl init" looks expressions up in.
func (s *Sources) ProjectVariables(dir string, names ...string) map[string]Value {
	if len(names) == 0 {
		names = []string{".env.development.local", ".env.local", ".env.development", ".env"}
	}
	all := map[string]Value{}
	for name, text := range s.env {
		all[name] = Value{text, name + " in the environment"}
	}
	for _, file := range names {
		path := filepath.Join(dir, file)
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		variables, err := godotenv.UnmarshalBytes(trimBOM(text))
		if err != nil {
			continue
		}
		for name, text := range variables {
			if _, ok := all[name]; !ok {
				all[name] = Value{text, name + " in " + file}
			}
		}
	}
	return all
}
