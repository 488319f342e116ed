package pgtools

import "testing"

func TestParseVersion(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Version{
		"pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)": {15, 18},
		"pg_restore (PostgreSQL) 16beta1":                     {16, 0},
		"pg_dump (PostgreSQL) 19devel":                        {19, 0},
		"pg_dump (PostgreSQL) 17rc1 (Homebrew)":               {17, 0},
		"18.1":                                                {18, 1},
		"16beta1":                                             {16, 0},
		"15.18 (Debian 15.18-0+deb12u1)":                      {15, 18},
		"14.9\n":                                              {14, 9},
		"pg_dump (EnterpriseDB) 15.4.1 (x)":                   {15, 4},
	} {
		got, err := ParseVersion(in)
		if err != nil || got != want {
			t.Errorf("%q: %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "pg_dump", "pg_dump: command not found", "v15", "1234.5"} {
		if got, err := ParseVersion(in); err == nil {
			t.Errorf("%q: %v", in, got)
		}
	}
	if s := (Version{15, 18}).String(); s != "15.18" {
		t.Error(s)
	}
}
