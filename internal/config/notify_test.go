package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestNotify(t *testing.T) {
	for _, tt := range []struct {
		name   string
		file   string
		env    string
		given  []string
		want   []string
		origin string
	}{
		{name: "nobody"},
		{name: "one in the file", file: "notify: https://a/b\n", want: []string{"https://a/b"}, origin: "hectl.yml"},
		{name: "a list in the file", file: "notify:\n  - https://a/b\n  - failure+https://c/d\n", want: []string{"https://a/b", "failure+https://c/d"}, origin: "hectl.yml"},
		{name: "nothing in the file", file: "notify:\n"},
		{name: "environment", file: "notify: https://a\n", env: "https://b  https://c\n", want: []string{"https://b", "https://c"}, origin: "HECTL_NOTIFY"},
		{name: "flags", env: "https://b", given: []string{"https://d", "https://e"}, want: []string{"https://d", "https://e"}, origin: "--notify"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t, map[string]string{"hectl.yml": tt.file}, "HECTL_NOTIFY="+tt.env)
			urls, err := s.Notify(tt.given)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, v := range urls {
				got = append(got, v.Text)
				if !strings.HasSuffix(v.Origin, tt.origin) {
					t.Errorf("from %s", v.Origin)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := load(t, nil).Notify([]string{""}); fault.CodeOf(err) != fault.Usage {
		t.Errorf("empty: %v", err)
	}
}

func TestBadNotifyIsNotRepeated(t *testing.T) {
	for _, text := range []string{
		"notify: {url: https://hush}\n",
		"notify: [[https://hush]]\n",
		"notify:\n  - url: https://hush\n",
		"notify: [https://hush, 7]\n",
		"notify: https://hush: x\n",
		"notify: \"https://hush\n",
	} {
		_, err := tryLoad(t, map[string]string{"hectl.yml": text})
		if fault.CodeOf(err) != fault.Usage || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
