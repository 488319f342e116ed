package pgtools_test

import (
	"errors"
	"testing"

	"github.com/rubyforgood/hectl/pgtools"
)

func TestCheckScript(t *testing.T) {
	for sql, line := range map[string]int{
		"SELECT 1;\n\n\\i other.sql":                            3,
		"-- rows\nCOPY t (a) FROM STDIN;\n1\n\\.\n":             2,
		"copy t from\n stdin WITH (FORMAT csv);":                1,
		"SELECT 'COPY t FROM STDIN'; COPY t TO '/tmp/x';":       0,
		"COPY t FROM '/tmp/x';\nINSERT INTO t VALUES (E'\\\\')": 0,
	} {
		err := pgtools.CheckScript(sql)
		if failed, ok := errors.AsType[*pgtools.ScriptError](err); ok != (line > 0) || ok && failed.Line != line {
			t.Errorf("%q: %v", sql, err)
		}
	}
}

func TestRunScript(t *testing.T) {
	c, name := database(t)
	db := connect(t, c.Conn(name))
	for _, tt := range []struct {
		name, sql string
		line      int // 0 means success
		want      string
	}{
		{"several", "CREATE TABLE several (i int);\nINSERT INTO several VALUES (1); SELECT * FROM several; UPDATE several SET i = 2", 0, ""},
		{"a mistake in writing", "SELECT 1;\nSELECT 2;\nSELEC 3;", 3, `syntax error at or near "SELEC" (SQLSTATE 42601)`},
		{"a name that is not there", "SELECT 'ä';\nSELECT 1,\n nothing;", 3, `column "nothing" does not exist (SQLSTATE 42703)`},
		{"a failure", "CREATE TABLE gone ();\nSELECT 1;\n\nSELECT 1/0 FROM several\nWHERE true;", 4, "division by zero (SQLSTATE 22012)"},
		{"its own transaction", "COMMIT;", 1, "it ends the transaction that it runs in: leave out BEGIN, COMMIT and ROLLBACK"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := db.RunScript(t.Context(), tt.sql)
			failed, ok := errors.AsType[*pgtools.ScriptError](err)
			switch {
			case tt.line == 0 && err != nil, tt.line > 0 && !ok:
				t.Fatal(err)
			case tt.line == 0:
				return
			}
			if failed.Line != tt.line || failed.Error() != tt.want {
				t.Errorf("line %d: %v", failed.Line, err)
			}
		})
	}
	var there, changed bool
	if err := db.QueryRow(t.Context(), "SELECT to_regclass('gone') IS NOT NULL, (SELECT i = 2 FROM several)").Scan(&there, &changed); err != nil || there || !changed {
		t.Errorf("what failed left something: %v, what succeeded did nothing: %v, %v", there, !changed, err)
	}
}
