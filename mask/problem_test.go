package mask

import (
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Each problem is listed once, in the order of the file.
func TestProblems(t *testing.T) {
	var p problems
	if err := p.err("the rules"); err != nil {
		t.Error(err)
	}
	p.add(place{"hectl.yml", 9, 2}, "users", "", "later")
	p.add(place{"hectl.yml", 3, 8}, "users.email", "keep it", "wrong %d", 1)
	p.add(place{"hectl.yml", 3, 2}, "", "", "first")
	p.add(place{"hectl.yml", 9, 2}, "users", "", "later")
	p.add(place{"a.yml", 30, 2}, "", "", "another file")
	const want = `the rules:
  a.yml:30:2: another file
  hectl.yml:3:2: first
  hectl.yml:3:8: users.email: wrong 1; keep it
  hectl.yml:9:2: users: later`
	if err := p.err("the rules"); err == nil || err.Error() != want || fault.CodeOf(err) != fault.Usage {
		t.Errorf("%v", err)
	}
}
