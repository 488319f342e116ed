package methods

import "testing"

func TestHstoreValues(t *testing.T) {
	for value, want := range map[string]string{
		``:                       ``,
		`"k"=>"v"`:               `"k"=>"v!"`,
		`"k"=>NULL, "gone"=>"x"`: `"k"=>NULL, "gone"=>"x!"`,
		`"k"=>"gone"`:            `"k"=>NULL`,
		`"a\"=>"=>"b\\"`:         `"a\"=>"=>"b\\!"`,
	} {
		if got, null, err := hstoreValues(shout)(nil, []byte(value), nil); err != nil || null || string(got) != want {
			t.Errorf("%s became %s (%v), want %s", value, got, err, want)
		}
	}
	for _, value := range []string{`k=>v`, `"k"`, `"k"=>`, `"k"=>"v" "l"=>"w"`, `"k"=>"v",`, `"k"=>v`} {
		if got, _, err := hstoreValues(shout)(nil, []byte(value), nil); err == nil || err.Error() != "not an hstore" {
			t.Errorf("%s became %s: %v", value, got, err)
		}
	}
}
