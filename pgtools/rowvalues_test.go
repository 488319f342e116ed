package pgtools

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// TestServerErrorsWithoutRows has messages in several languages. "hush" is a row value.
func TestServerErrorsWithoutRows(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ code, message, detail, where, want string }{
		{"22P02", `invalid input syntax for type integer: "hush"`, "", "", "invalid input syntax for type integer: … (SQLSTATE 22P02)"},
		{"22P02", `invalid input syntax for type integer: "hush "hush" hush"`, "", "", "invalid input syntax for type integer: … (SQLSTATE 22P02)"},
		{"22P02", "ungültige Eingabesyntax für Typ integer: »hush «hush»«", "", "", "ungültige Eingabesyntax für Typ integer: … (SQLSTATE 22P02)"},
		{"22P02", "syntaxe en entrée invalide pour le type integer : « hush »", "", "", "syntaxe en entrée invalide pour le type integer : … (SQLSTATE 22P02)"},
		{"22P02", "invalid input syntax for type json", `Token "hush" is invalid.`, "JSON data, line 1: hush\nCOPY t, line 1, column j: \"hush\"", "invalid input syntax for type json (SQLSTATE 22P02)"},
		{"22003", `value "hush" is out of range for type integer`, "", "", "value … is out of range for type integer (SQLSTATE 22003)"},
		{"22021", `invalid byte sequence for encoding "UTF8": 0xe9 0x20`, "", "", `invalid byte sequence for encoding "UTF8": … (SQLSTATE 22021)`},
		{"22P04", `missing data for column "b"`, "", `COPY t, line 1: "hush"`, `missing data for column "b" (SQLSTATE 22P04)`},
		{"22023", `time zone "hush" not recognized`, "", `COPY t, line 1, column at: "hush"`, "time zone … not recognized (SQLSTATE 22023)"},
		{"22023", `encoding "LATIN1" does not match locale "C.UTF-8"`, "The chosen LC_CTYPE.", "", `encoding "LATIN1" does not match locale "C.UTF-8": The chosen LC_CTYPE. (SQLSTATE 22023)`},
		{"23503", `insert or update on table "t" violates foreign key constraint "k"`, "Key (email)=(hush) is not present in table \"u\".", "", `insert or update on table "t" violates foreign key constraint "k" (SQLSTATE 23503)`},
		{"23505", `could not create unique index "k"`, "Key (email)=(hush) is duplicated.", "", `could not create unique index "k" (SQLSTATE 23505)`},
		{"P0001", "hush", "hush", "PL/pgSQL function f(text) line 1 at RAISE\nCOPY t, line 1", "error raised by PL/pgSQL function f(text) line 1 at RAISE (SQLSTATE P0001)"},
		{"23514", "hush", "hush", "PL/pgSQL function f(text) line 1 at RAISE", "error raised by PL/pgSQL function f(text) line 1 at RAISE (SQLSTATE 23514)"},
		{"42P01", `relation "t" does not exist`, "Some.", "", `relation "t" does not exist: Some. (SQLSTATE 42P01)`},
	} {
		err := &serverError{pg: &pgconn.PgError{Code: tt.code, Message: tt.message, Detail: tt.detail, Where: tt.where}}
		if err.Error() != tt.want {
			t.Errorf("got  %s\nwant %s", err, tt.want)
		}
	}
}

// If a function raises an error, only the words in its code are shown.
func TestPhrases(t *testing.T) {
	t.Parallel()
	phrases := NewPhrases([]string{"%", "not good: %, 100%%", "not good: %", "no (%) at all", "fixed"})
	for message, want := range map[string]string{
		"not good: hush, 100%":      "not good: …, 100%",
		"not good: hush\nDETAIL: x": "not good: …",
		"no (hush) at all":          "no (…) at all",
		"fixed":                     "fixed",
		"hush":                      "",
		"":                          "",
	} {
		if got := phrases.of(message); got != want {
			t.Errorf("%s: %q", message, got)
		}
	}
	err := error(&serverError{pg: &pgconn.PgError{Code: "P0001", Message: "not good: hush", Where: "PL/pgSQL function f(text) line 1 at RAISE"}})
	if got, want := Explain(err, phrases).Error(), "error raised by PL/pgSQL function f(text) line 1 at RAISE: not good: … (SQLSTATE P0001)"; got != want {
		t.Error(got)
	}
	c := Complaint{"3; 0 0 INDEX i x", "could not execute query: ERROR:  not good: hush\nCONTEXT:  PL/pgSQL function f(text) line 1 at RAISE", "CREATE INDEX i"}
	if got, want := c.withoutRow(phrases).Message, "could not execute query: error raised by PL/pgSQL function f(text) line 1 at RAISE: not good: …"; got != want {
		t.Error(got)
	}
}

func TestCopyPlace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		where  string
		line   int64
		column string
	}{
		{`COPY people, line 3, column age: "hush"`, 3, "age"},
		{`COPY people, line 3: "hush, line 4, column x: "`, 3, ""},
		{"COPY people, line 3, column age: null input", 3, "age"},
		{"COPY people, line 12345678901", 12345678901, ""},
		{"COPY Leute, Zeile 3, Spalte alter: »hush«", 3, "alter"},
		{"COPY gens, ligne 3, colonne âge : « hush »", 3, "âge"},
		{"JSON data, line 1: hush\nCOPY t, line 7, column j: \"hush\"", 7, "j"},
		{"PL/pgSQL function f() line 3 at RAISE", 0, ""},
		{"", 0, ""},
	} {
		line, column := CopyPlace(&pgconn.PgError{Where: tt.where})
		if line != tt.line || column != tt.column {
			t.Errorf("%q: %d %q", tt.where, line, column)
		}
	}
}

func TestComplaintsWithoutRows(t *testing.T) {
	t.Parallel()
	const key = "3201; 2606 16394 FK CONSTRAINT letters letters_person postgres"
	const rows = "3199; 0 16394 TABLE DATA people postgres"
	for _, tt := range []struct {
		c    Complaint
		want string
	}{
		{
			Complaint{key, "could not execute query: ERROR:  insert or update on table \"letters\" violates foreign key constraint \"letters_person\"\nDETAIL:  Key (email)=(hush) is not present in table \"people\".", "ALTER TABLE ONLY public.letters"},
			`could not execute query: ERROR: insert or update on table "letters" violates foreign key constraint "letters_person", command: ALTER TABLE ONLY public.letters, entry ` + key,
		},
		{
			Complaint{rows, "COPY failed for table \"people\": ERROR:  invalid input syntax for type integer: \"hush\nDETAIL:  hush\"\nCONTEXT:  COPY people, line 2, column age: \"hush\"", ""},
			`COPY failed for table "people": ERROR: invalid input syntax for type integer: … (line 2, column age), entry ` + rows,
		},
		{
			Complaint{rows, "could not execute query: FEHLER:  hush\nCONTEXT:  PL/pgSQL-Funktion f(text) Zeile 1 bei RAISE", "INSERT INTO public.people VALUES ('hush');"},
			"could not execute query: error raised by PL/pgSQL-Funktion f(text) Zeile 1 bei RAISE, command: INSERT INTO public.people, entry " + rows,
		},
		{
			Complaint{rows, "COPY failed for table \"people\": ERROR:  new row for relation \"people\" violates check constraint \"good\"\nDETAIL:  Failing row contains (hush).\nCONTEXT:  COPY people, line 2: \"hush\"", ""},
			`COPY failed for table "people": ERROR: new row for relation "people" violates check constraint "good" (line 2), entry ` + rows,
		},
		{
			Complaint{rows, "COPY failed for table \"people\": ERROR:  invalid input syntax for type integer: \"hush constraint \"hush\"\"", ""},
			`COPY failed for table "people": ERROR: invalid input syntax for type integer: …, entry ` + rows,
		},
		{
			Complaint{"216; 1259 16527 TABLE a postgres", "could not execute query: ERROR:  type \"x\" does not exist", "CREATE TABLE public.a ("},
			`could not execute query: ERROR: type "x" does not exist, command: CREATE TABLE public.a (, entry 216; 1259 16527 TABLE a postgres`,
		},
	} {
		got := tt.c.withoutRow(nil).text()
		if got != tt.want || strings.Contains(got, "hush") {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}
