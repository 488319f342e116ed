package target

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
)

func TestCheckEnvironment(t *testing.T) {
	t.Parallel()
	target := conn(t, "postgres://me@db.example.com/production") // also refused for other reasons
	for value, ok := range map[string]bool{"production": false, "development": true, "": true} {
		err := CheckEnvironment(config.Environment([]string{"RAILS_ENV=" + value}), target)
		if (err == nil) != ok {
			t.Errorf("RAILS_ENV=%s: %v", value, err)
		}
		if !ok && (fault.CodeOf(err) != fault.Refused || strings.Contains(err.Error(), "db.example.com is not")) {
			t.Errorf("RAILS_ENV=%s: %v", value, err)
		}
	}
}

func TestLacking(t *testing.T) {
	run(t, "postgres", "CREATE ROLE plain LOGIN", "CREATE ROLE maker LOGIN CREATEDB", "CREATE ROLE someone",
		"CREATE DATABASE mine OWNER maker", "CREATE DATABASE mine_previous OWNER maker",
		"CREATE DATABASE half OWNER maker", "CREATE DATABASE half_previous",
		"CREATE DATABASE theirs OWNER someone")
	for _, tt := range []struct {
		name, role, database string
		exists               bool
		want                 []string // the problems, and a part of their hints
	}{
		{"a new database", "maker", "new", false, nil},
		{"its own", "maker", "mine", true, nil},
		{"no right to create", "plain", "new", false, []string{"the role plain cannot create databases", `ALTER ROLE "plain" CREATEDB`}},
		{"another's", "maker", "theirs", true, []string{"theirs belongs to the role someone, and maker is not a member of it", `GRANT "someone" TO "maker"`}},
		{"a superuser's previous database", "maker", "half", true, []string{"half_previous belongs to the role", `ALTER DATABASE "half_previous" OWNER TO "maker"`}},
		{"both", "plain", "theirs", true, []string{"the role plain cannot create databases", "theirs belongs to the role someone"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := on(t, connAs(t, tt.role, tt.database), Options{})
			existing, exists, err := s.DB.Database(t.Context(), tt.database)
			if err != nil || exists != tt.exists {
				t.Fatal(exists, err)
			}
			if exists {
				s.Existing = &existing
			}
			problems, err := s.Lacks(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var text strings.Builder
			for _, p := range problems {
				text.WriteString(p.Error() + "\n" + strings.Join(fault.Hints(p), "\n") + "\n")
				if fault.CodeOf(p) != fault.Denied {
					t.Errorf("code %d: %v", fault.CodeOf(p), p)
				}
			}
			if (len(problems) == 0) != (len(tt.want) == 0) {
				t.Errorf("problems %v", problems)
			}
			for _, want := range tt.want {
				if !strings.Contains(text.String(), want) {
					t.Errorf("%s\ndoes not contain %q", &text, want)
				}
			}
			s.Use = RestoreBeside
			if beside, err := s.Lacks(t.Context()); err != nil || len(beside) > 0 && tt.role != "plain" {
				t.Errorf("to restore beside it: %v, %v", beside, err)
			}
		})
	}
}

func TestMayRename(t *testing.T) {
	run(t, "postgres", "CREATE ROLE renamer LOGIN", "CREATE ROLE team", "GRANT team TO renamer", "CREATE DATABASE ours OWNER team", "CREATE DATABASE superusers")
	s := on(t, connAs(t, "renamer", "ours"), Options{})
	for database, ok := range map[string]bool{"ours": true, "superusers": false, "missing": true} {
		if err := MayRename(t.Context(), s.DB, database); (err == nil) != ok || !ok && fault.CodeOf(err) != fault.Denied {
			t.Errorf("%s: %v", database, err)
		}
	}
	if is, err := IsSuperuser(t.Context(), s.DB); err != nil || is {
		t.Errorf("a superuser: %t, %v", is, err)
	}
}
