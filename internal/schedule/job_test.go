package schedule

import (
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func awkward() []string {
	return []string{
		"--source=host=/run/x dbname='a b' user=it''s", `back\slash\`, `"double"`, "'single'", "%d %% %", "$HOME ${HOME} $(id) `id`",
		"; rm -rf #", "", "*", "~", "ünïcode", "-", "&", "a=b",
	}
}

func TestJobCheck(t *testing.T) {
	t.Parallel()
	for _, j := range []Job{{Args: []string{"a\nb"}}, {Hectl: "/a\x00"}, {Profile: "\x1b"}, {Description: "\r"}} {
		if err := j.Check(); fault.CodeOf(err) != fault.Usage {
			t.Errorf("%+v: %v", j, err)
		}
	}
	if err := (Job{Args: awkward(), Hectl: "/ö"}).Check(); err != nil {
		t.Error(err)
	}
}
