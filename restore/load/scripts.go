package load

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Scripts are SQL files of the application's team.
type Scripts struct {
	Key   string // key of the setting that names the files
	Files []Script
}

// Script is one SQL file.
type Script struct {
	Path string
	SQL  string
}

// maxScript limits the size of an SQL file in bytes: it is kept in memory.
const maxScript = 64 << 20

// ReadScripts reads SQL files. key and path are the key and the file of the settings
// that name them.
func ReadScripts(key, path string, files []string) (Scripts, error) {
	s := Scripts{Key: key}
	var problems []string
	for _, file := range files {
		sql, err := config.ReadFile(file, maxScript)
		if err != nil {
			problems = append(problems, err.Error())
			continue
		}
		if failed, ok := errors.AsType[*pgtools.ScriptError](pgtools.CheckScript(string(sql))); ok {
			problems = append(problems, fmt.Sprintf("%s:%d: %v", file, failed.Line, failed))
		}
		s.Files = append(s.Files, Script{file, string(sql)})
	}
	if len(problems) > 0 {
		return Scripts{}, fault.New(fault.Usage, "write absolute paths, or paths relative to the folder of hectl.yml", "%s in %s: %s", key, path, strings.Join(problems, "; "))
	}
	return s, nil
}

// Run runs the files in the temp database. h is the head of the dump that was
// restored there.
func (s Scripts) Run(ctx context.Context, admin *pgtools.DB, temp pgtools.Conn, h *archive.Head, out *console.Console) error {
	if len(s.Files) == 0 {
		return nil
	}
	bar := out.Progress(s.Key, console.Steps, int64(len(s.Files)))
	defer bar.Done()
	temp, err := admin.WithFixedSettings(ctx, temp)
	if err != nil {
		return err
	}
	db, err := pgtools.Connect(ctx, temp, pgtools.RestoreApp)
	if err != nil {
		return err
	}
	defer db.Close(context.WithoutCancel(ctx))
	for _, f := range s.Files {
		done := bar.Job(f.Path)
		err := db.RunScript(ctx, f.SQL)
		done()
		if failed, ok := errors.AsType[*pgtools.ScriptError](err); ok {
			said := append(phrases(h), pgtools.NewPhrases(schema.Raises(f.SQL))...)
			return fmt.Errorf("run %s:%d: %w", f.Path, failed.Line, pgtools.Explain(err, said))
		}
		if err != nil {
			return fmt.Errorf("run %s: %w", f.Path, err)
		}
		bar.Add(1)
	}
	return nil
}
