package pgtools

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestParamsPrintMasked(t *testing.T) {
	t.Parallel()
	p := Params{"user": "u", "password": "hunter2"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if s := fmt.Sprintf(verb, p); strings.Contains(s, "hunter2") || strings.Contains(s, "68756e74657232") {
			t.Errorf("%s: %s", verb, s)
		}
	}
}

// FuzzNoPasswordInErrors puts a password into connection strings of all kinds, well-formed
// or not, and searches every result for it.
func FuzzNoPasswordInErrors(f *testing.F) {
	for _, s := range []string{
		"postgres://user:%s@host:5432/db", "postgresql://user:%s@host/db?sslmode=nonsense",
		"postgres://user:%s@[::1/db", "postgres://user:%s", "postgres://%s@host:x/db", "postgres://h/d?password=%s&x",
		"host=h password=%s port=x", "password='%s", "password=%s sslmode", "%s", "user:%s@host", "mysql://u:%s@h/d",
		"host=h passwrd=%s", "host=h hostaddr=1 password='%s'", "postgres://u:a@b%s@h:5432:x/d", "postgres://u:p/%s@h/db",
	} {
		f.Add(s, "Zx9!k%/@:q")
		f.Add(s, "Zx9 k='\\")
		f.Add(s, "Zx9,k&q=%40")
	}
	f.Fuzz(func(t *testing.T, format, password string) {
		const marker = "Zx9" // not in any text of hectl's own
		before, after, ok := strings.Cut(format, "%s")
		if !ok || strings.Contains(before+after, marker) {
			return
		}
		if !strings.Contains(password, marker) {
			password += marker
		}
		p, err := ParseParams(before + password + after)
		if err == nil && p["service"] == "" { // messages contain the service's name
			_, err = p.Resolve(func(string) (string, bool) { return "", false })
		}
		if err == nil {
			if p["password"] != "" && strings.Contains(fmt.Sprintf("%+v", p), p["password"]) && strings.Contains(p["password"], marker) {
				for k, v := range p { // the same text may also occur elsewhere
					if k != "password" && strings.Contains(v, marker) {
						return
					}
				}
				t.Errorf("%+v", p)
			}
			return
		}
		if text := err.Error() + strings.Join(fault.Hints(err), ""); strings.Contains(text, marker) {
			t.Errorf("the error has a part of the string in it: %s", text)
		}
	})
}
