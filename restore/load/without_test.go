package load

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

func without(t *testing.T, texts ...string) Without {
	t.Helper()
	var values []config.Value
	for _, text := range texts {
		values = append(values, config.Value{Text: text, Origin: "--without"})
	}
	w, err := NewWithout(values)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestNewWithoutRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"table:users":  "not a kind of object",
		"constraint":   "not a kind of object",
		"trigger:":     "not a kind of object",
		"":             "not a kind of object",
		"extension":    "name the extension",
		"EXTENSIONS":   "name the extension",
		"row-security": "not a kind of object",
	} {
		_, err := NewWithout([]config.Value{{Text: text, Origin: "hectl.yml"}})
		if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "from hectl.yml") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWithoutTakes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		e    archive.Entry
		want bool
	}{
		{"extension:pg_cron", archive.Entry{Desc: "EXTENSION", Tag: "pg_cron"}, true},
		{"extension:pg_cron", archive.Entry{Desc: "EXTENSION", Tag: "postgis"}, false},
		{"extension:pg_cron", archive.Entry{Desc: "SCHEMA", Tag: "pg_cron"}, false},
		{"event-triggers", archive.Entry{Desc: "EVENT TRIGGER", Tag: "any"}, true},
		{"event-triggers", archive.Entry{Desc: "TRIGGER", Tag: "any"}, false},
		{"function:f", archive.Entry{Desc: "FUNCTION", Namespace: "public", Tag: "f(integer)"}, true},
		{"function:f(integer)", archive.Entry{Desc: "FUNCTION", Namespace: "public", Tag: "f(integer)"}, true},
		{"function:f(text)", archive.Entry{Desc: "FUNCTION", Namespace: "public", Tag: "f(integer)"}, false},
		{"function:shop.f", archive.Entry{Desc: "FUNCTION", Namespace: "shop", Tag: "f(integer)"}, true},
		{"function:shop.f", archive.Entry{Desc: "FUNCTION", Namespace: "public", Tag: "f(integer)"}, false},
		{"language:plperl", archive.Entry{Desc: "PROCEDURAL LANGUAGE", Tag: "plperl"}, true},
		{"type:point3d", archive.Entry{Desc: "SHELL TYPE", Namespace: "public", Tag: "point3d"}, true},
		{"view:public.v", archive.Entry{Desc: "MATERIALIZED VIEW", Namespace: "public", Tag: "v"}, false},
	} {
		if got := without(t, tt.text).takes(&tt.e); got != tt.want {
			t.Errorf("%s takes %s %s.%s: %t", tt.text, tt.e.Desc, tt.e.Namespace, tt.e.Tag, got)
		}
	}
}

// The --without value that a message suggests selects the entry in the message.
func TestOmissionOf(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]archive.Entry{
		"extension:pg_cron":             {Desc: "EXTENSION", Tag: "pg_cron"},
		"function:shop.f(integer)":      {Desc: "FUNCTION", Namespace: "shop", Tag: "f(integer)"},
		"language:plperl":               {Desc: "PROCEDURAL LANGUAGE", Tag: "plperl"},
		"type:public.point3d":           {Desc: "SHELL TYPE", Namespace: "public", Tag: "point3d"},
		"materialized-view:public.mine": {Desc: "MATERIALIZED VIEW", Namespace: "public", Tag: "mine"},
	} {
		got := omissionOf(&e)
		if got != want || !without(t, got).takes(&e) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestWithoutKey(t *testing.T) {
	t.Parallel()
	one, other := without(t, "extension:a", "rule", "extension:a"), without(t, "rule", "extension:a")
	if one.Key() != other.Key() || one.Key() == without(t, "rule").Key() || (Without{}).Key() != "" {
		t.Errorf("%q, %q", one.Key(), other.Key())
	}
}

func TestOmissibleKind(t *testing.T) {
	for text, want := range map[string]string{
		"extension": "EXTENSION", "extensions": "EXTENSION", "security_labels": "SECURITY LABEL", "event-trigger": "EVENT TRIGGER",
		"policies": "POLICY", "languages": "PROCEDURAL LANGUAGE", "indexes": "INDEX", "operator-families": "OPERATOR FAMILY",
		"tables": "", "row-security": "", "constraint": "", "": "",
	} {
		if got, ok := omissibleKind(text); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %t", text, got, ok)
		}
	}
}
