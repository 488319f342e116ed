package rows

import (
	"bytes"
	"fmt"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/test/masktest"
)

// userRows returns n rows of about 200 bytes, like those of an app's table of users.
func userRows(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "%d\tmaria.gonzalez%d@diaperbank.org\tMaria Gonzalez %d\t(614) 555-%04d\t$2a$11$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy\t%d\tf\t\\N\t2021-03-%02d 14:22:%02d.123456\t2023-11-05 09:01:12.654321\t\\N\t%d\n",
			i+1, i, i%977, i%10000, i%40+1, i%28+1, i%60, i%7)
	}
	return b.Bytes()
}

func userColumns(tb testing.TB, rules map[string]methods.Spec) []Column {
	tb.Helper()
	names := []string{"id", "email", "name", "phone", "encrypted_password", "organization_id", "admin", "reset_password_token", "created_at", "updated_at", "invited_at", "sign_in_count"}
	columns := make([]Column, len(names))
	for i, name := range names {
		columns[i].Name = name
		if spec, ok := rules[name]; ok {
			m, err := methods.New(spec, testSeed, methods.Column{Type: masktest.Type("character varying"), Encoding: "UTF8"})
			if err != nil {
				tb.Fatal(err)
			}
			columns[i].Method = m
		}
	}
	return columns
}

func BenchmarkReader(b *testing.B) {
	for name, rules := range map[string]map[string]methods.Spec{
		"three rules": {"email": {Name: "email"}, "name": {Name: "full_name"}, "phone": {Name: "phone"}},
		"no rules":    {},
	} {
		b.Run(name, func(b *testing.B) {
			rows := append(userRows(20_000), "\\.\n"...)
			table := &Table{Name: "public.users", Columns: userColumns(b, rules)}
			b.SetBytes(int64(len(rows)))
			b.ReportAllocs()
			before := cpuTime(b)
			for b.Loop() {
				if _, err := io.Copy(discard{}, table.Reader(bytes.NewReader(rows))); err != nil {
					b.Fatal(err)
				}
			}
			// CPU time does not depend on the load of the machine.
			b.ReportMetric(float64(len(rows))*float64(b.N)/1e6/(cpuTime(b)-before).Seconds(), "MB/cpu-s")
		})
	}
}

// cpuTime returns the CPU time of this process.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// discard, like a connection, does not implement io.ReaderFrom.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
