package pgtools

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// exitStatus returns the error for a child that exited with a status.
func exitStatus(status int) error { return &ExitError{Tool: Tool{Name: "pg_restore"}, Status: status} }

// said returns the output of one pg_restore process, one write per string.
func said(label, text string) []string {
	return []string{"pg_restore:", " ", label, text + "\n"}
}

// Pieces from different parallel jobs arrive in any order. No order may hide an error or
// let another job's output excuse it.
func TestParallelComplaints(t *testing.T) {
	t.Parallel()
	key := func(i int) string {
		return fmt.Sprintf("ALTER TABLE ONLY public.t%d\n    ADD CONSTRAINT k%d FOREIGN KEY (a) REFERENCES public.r(a);", i, i)
	}
	entryOf := func(statement string) string {
		for i := range 10 {
			if strings.HasPrefix(statement, key(i)) {
				return fmt.Sprintf("%d; 0 0 FK CONSTRAINT t%d k%d x", i, i, i)
			}
		}
		return ""
	}
	failing := func(i int) []string {
		return append(append(said("", "while PROCESSING TOC:"), said("", fmt.Sprintf("from TOC entry %d; 0 0 FK CONSTRAINT t%d k%d x", i, i, i))...),
			said("error: ", "could not execute query: ERROR:  insert or update on table \"t\" violates foreign key constraint\nDETAIL:  Key (a)=(hush) is not present.\nCommand was: "+key(i)+"\n\n")...)
	}
	harmless := append(said("", "while INITIALIZING:"),
		said("error: ", "could not execute query: ERROR:  unrecognized configuration parameter \"transaction_timeout\"\nCommand was: SET transaction_timeout = 0;\n")...)
	verbose := append(said("", "creating INDEX \"public.i\""), said("", "finished item 3 INDEX i")...)
	extension := append(said("", "from TOC entry 9; 0 0 COMMENT EXTENSION citext"),
		said("error: ", "could not execute query: ERROR:  must be owner\nCommand was: COMMENT ON EXTENSION citext IS 'x';\n\n")...)
	total := func(n int) []string { return said("warning: ", fmt.Sprintf("errors ignored on restore: %d", n)) }

	for seed := range uint64(2000) {
		random := rand.New(rand.NewPCG(seed, 1))
		mix := func(jobs ...[]string) string {
			var all strings.Builder
			for len(jobs) > 0 {
				i := random.IntN(len(jobs))
				all.WriteString(jobs[i][0])
				if jobs[i] = jobs[i][1:]; len(jobs[i]) == 0 {
					jobs = append(jobs[:i], jobs[i+1:]...)
				}
			}
			return all.String()
		}
		verdict := func(stream, end string) ([]Ignored, error) {
			c := newComplaints(RestoreOptions{Jobs: 4, Entry: entryOf})
			for rest := stream + end; rest != ""; {
				n := min(len(rest), 1+random.IntN(60))
				_, _ = c.Write([]byte(rest[:n]))
				rest = rest[n:]
			}
			return c.verdict(nil, exitStatus(1))
		}

		// Two keys fail: the error names one of them, with its own entry and statement.
		stream := mix(failing(1), failing(2), harmless, extension, verbose, verbose)
		_, err := verdict(stream, strings.Join(total(2), ""))
		failed, ok := errors.AsType[*RestoreError](err)
		if !ok || !strings.Contains(failed.Message, "violates foreign key") || strings.Contains(err.Error(), "hush") {
			t.Fatalf("seed %d: %v\n%s", seed, err, stream)
		}
		if n := strings.TrimPrefix(failed.Command, "ALTER TABLE ONLY public.t"); failed.Entry != fmt.Sprintf("%s; 0 0 FK CONSTRAINT t%s k%s x", n, n, n) {
			t.Fatalf("seed %d: command %s, entry %s\n%s", seed, failed.Command, failed.Entry, stream)
		}

		// A piece of an error without the rest is still an error, despite any number of
		// harmless ones.
		stream = mix(harmless, harmless, harmless, verbose, []string{"pg_restore:", " ", "error: ", "could not"}, verbose)
		if _, err := verdict(stream+"\n", strings.Join(total(2), "")); err == nil {
			t.Fatalf("seed %d: an error was lost\n%s", seed, stream)
		}

		// Harmless errors alone do not fail the restore.
		stream = mix(harmless, harmless, extension, verbose, verbose)
		if ignored, err := verdict(stream, strings.Join(total(2), "")); err != nil || len(ignored) != 3 {
			t.Fatalf("seed %d: %v, %v\n%s", seed, ignored, err, stream)
		}
	}
}
