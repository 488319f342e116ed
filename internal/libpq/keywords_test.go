package libpq

import "testing"

func TestNearest(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"pasword":  "password",
		"sslmod":   "sslmode",
		"database": "dbname",
		"username": "user",
		"prt":      "port",
		"hostname": "host",
		"pool":     "",
		"":         "",
	} {
		if got := Nearest(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestKeywords(t *testing.T) {
	t.Parallel()
	names, variables := map[string]bool{}, map[string]bool{}
	for _, k := range Keywords() {
		if names[k.Name] || k.Variable != "" && variables[k.Variable] {
			t.Errorf("%s, %s: listed twice", k.Name, k.Variable)
		}
		names[k.Name], variables[k.Variable] = true, true
		if k.Since < 12 {
			t.Errorf("%s: since %d", k.Name, k.Since)
		}
		if (k.Use == Refused) != (k.Why != "") {
			t.Errorf("%s: use %d, why %q", k.Name, k.Use, k.Why)
		}
		if got, ok := Lookup(k.Name); !ok || got != k {
			t.Errorf("%s: found %v", k.Name, got)
		}
	}
	if k, ok := Lookup("pool"); ok {
		t.Errorf("pool: found %v", k)
	}
	for _, name := range Variables() {
		if !variables[name] || name == "" {
			t.Errorf("variable %q", name)
		}
	}
}
