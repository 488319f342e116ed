package pgtools

import "testing"

func TestSettingValue(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, value, want string }{
		{"work_mem", "64MB", "'64MB'"},
		{"my.setting", `it's \ odd`, ` E'it''s \\ odd'`},
		{"search_path", `"$user", public`, `'$user', 'public'`},
		{"search_path", `"a, ""b""",c`, `'a, "b"', 'c'`},
		{"search_path", `""`, `''`},
		{"temp_tablespaces", "", "''"},
	} {
		if got := settingValue(tt.name, tt.value); got != tt.want {
			t.Errorf("%s = %s: %s, want %s", tt.name, tt.value, got, tt.want)
		}
	}
}
