package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

// The expected values are those of version 3 of the Ruby gem.
func TestParseDotenv(t *testing.T) {
	known := map[string]string{"SET": "environment", "EMPTY": ""}
	for _, tt := range []struct{ text, want string }{
		{"A=b", "A=b"},
		{"A= b", "A=b"},
		{"  A =b  ", "A=b"},
		{"A=", "A="},
		{"A", "A="},
		{"A=b c", "A=b c"},
		{"A: b", "A=b"},
		{"A:b", ""},
		{"export A=b", "A=b"},
		{"export\tA: 'b'", "A=b"},
		{"A=b\nexport A", "A=b"},
		{"A=b\nA=c", "A=c"},
		{"A.B=c", "A.B=c"},
		{"A-B=c\nC=d", "C=d"},
		{"A=b # c", "A=b"},
		{"A=b#c", "A=b"},
		{"A=\"b#c\" # d", "A=b#c"},
		{"A='b#c' # d", "A=b#c"},
		{"# A=b\n\n \t\nC=d # e", "C=d"},
		{"A=\"b\"  ", "A=b"},
		{"A=''", "A="},
		{`A="b\"c"`, `A=b"c`},
		{`A='b\'c'`, `A=b\'c`},
		{`A="b\nc"`, `A=b\nc`},
		{`A=b\nc`, `A=bnc`},
		{"DOTENV_LINEBREAK_MODE=legacy\n" + `A="b\nc\rd"`, "DOTENV_LINEBREAK_MODE=legacy A=b\nc\rd"},
		{`A=b\ c`, "A=b c"},
		{`A='b\ c'`, `A=b\ c`},
		{"A=\"b\nc\"\nD=e", "A=b\nc D=e"},
		{"A='b\nc'\nD=e", "A=b\nc D=e"},
		{"A=b\r\nC='d'\r\n", "A=b C=d"},
		{"A=b\rC=d", "A=b C=d"},
		{"A=b\nC=$A", "A=b C=b"},
		{"A=b\nC=${A}d-$A", "A=b C=bd-b"},
		{"A=b\nC=\"$A\"\nD='$A'", "A=b C=b D=$A"},
		{"A=$NONE.", "A=."},
		{"A=$SET", "A=environment"},
		{"SET=file\nA=$SET", "SET=file A=environment"},
		{`A=\$SET`, "A=$SET"},
		{`A="\${SET} ${SET}"`, "A=${SET} environment"},
		{`A="b $ "`, "A=b $ "},
		{"A=p$$w", "A=p$"},
		{"A=b$SET}", "A=benvironment"},
		{`A=\$(id)`, "A=$(id)"},
		{"A='$(id)'", "A=$(id)"},
		{"A=$(", "A=$("},
		{"A=$()", "A=$()"},
		{"A=$(id)", "A: hectl does not run $(command)"},
		{`A="b $(echo $(id) c) d"`, "A: hectl does not run $(command)"},
		{"A='$(id)'\nB=$A", "A=$(id) B: hectl does not run $(command)"},
		{"A='b", "A: a closing quote is missing"},
		{"A='b\nC=\"d\"", "A: a closing quote is missing C=d"},
		{"A='b'c", "A='b'c"},
		{"A=it's", "A=it's"},
		{"A=postgres://u:p@h/d?x=y", "A=postgres://u:p@h/d?x=y"},
	} {
		found := parseDotenv(tt.text, func(name string) (string, bool) {
			v, ok := known[name]
			return v, ok && v != ""
		})
		texts, order := map[string]string{}, []string{}
		for _, a := range found {
			if !slices.Contains(order, a.name) {
				order = append(order, a.name)
			}
			texts[a.name] = a.name + "=" + a.text
			if a.err != nil {
				texts[a.name] = a.name + ": " + a.err.Error()
			}
		}
		for i, name := range order {
			order[i] = texts[name]
		}
		if got := strings.Join(order, " "); got != tt.want {
			t.Errorf("%q\n got %q\nwant %q", tt.text, got, tt.want)
		}
	}
}

// No command in a .env file runs, and its error does not quote the file.
func TestDotenvRunsNothing(t *testing.T) {
	trace := filepath.Join(t.TempDir(), "trace")
	for name, use := range map[string]func(*Sources) error{
		"PG_PASSWORD":           func(s *Sources) error { _, err := s.Target(nil); return err },
		"PGPORT":                func(s *Sources) error { _, err := s.Target(nil); return err },
		"RAILS_ENV":             func(s *Sources) error { _, err := s.Target(nil); return err },
		"AWS_SECRET_ACCESS_KEY": func(s *Sources) error { return bucket(s, nil) },
		"AWS_REGION":            func(s *Sources) error { return bucket(s, nil) },
		"AWS_PROFILE":           func(s *Sources) error { return bucket(s, nil) },
	} {
		files := map[string]string{"app/deep/.env": fmt.Sprintf("%s=\"hush $(touch %s)\"\n", name, trace)}
		err := use(load(t, files))
		if fault.CodeOf(err) != fault.Usage || strings.Contains(err.Error(), "hush") || !errors.Is(err, errCommand) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		if err := use(load(t, files, name+"=5432")); err != nil {
			t.Errorf("%s of the environment: %v", name, err)
		}
		if exists(trace) {
			t.Fatalf("%s: the command ran", name)
		}
	}
}
