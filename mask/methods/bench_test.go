package methods

import "testing"

func BenchmarkMethod(b *testing.B) {
	for _, bm := range []struct {
		spec  Spec
		typ   string
		value string
	}{
		{Spec{Name: "email"}, "text", "maria.gonzalez@diaperbank.org"},
		{Spec{Name: "full_name"}, "text", "Maria Gonzalez"},
		{Spec{Name: "phone"}, "text", "(614) 555-0123"},
		{Spec{Name: "digits"}, "text", "123-45-6789"},
		{Spec{Name: "hash"}, "text", "123-45-6789"},
		{Spec{Name: "lorem"}, "text", "Needs size 4, and wipes without scent; call before noon."},
		{Spec{Name: "ip"}, "inet", "93.184.216.34"},
		{Spec{Name: "shift_days", Number: 180}, "date", "2019-05-17"},
		{Spec{Name: "noise", Number: 10}, "numeric", "1234.50"},
		{Spec{Name: "json"}, "jsonb", `{"name": "Maria", "size": 4, "insurance": {"id": "123456", "plan": "gold"}}`},
	} {
		b.Run(bm.spec.Name, func(b *testing.B) {
			f := newFunc(b, bm.spec, bm.typ)
			value := []byte(bm.value)
			var dst []byte
			b.SetBytes(int64(len(value)))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				var err error
				if dst, _, err = f(dst[:0], value, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
