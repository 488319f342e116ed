package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rubyforgood/hectl/test/pgtest"
)

// laptop [NAME=VALUE…] gives the script a local server of its own, with these
// settings, so that what its files hold came from this script.
func cmdLaptop(ts *testscript.TestScript, _ bool, args []string) {
	conf := map[string]string{"log_statement": "all"}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		conf[name] = value
	}
	server, err := pgtest.Start(context.Background(), pgtest.Options{Conf: conf})
	ts.Check(err)
	ts.Defer(func() { ts.Check(server.Stop()) })
	w := theWorld(ts)
	w.local = server
	ts.Setenv("HECTL_TARGET", server.URI(w.target))
	ts.Setenv("LOCAL", server.URI("postgres"))
	ts.Setenv("PREVIOUS", server.URI(w.target+"_previous"))
	ts.Setenv("TARGET_PORT", strconv.Itoa(server.Port()))
}

// planted TEXT… shows that each text is in a file of the local server: of a table,
// of the log of what was written, of anything. "! planted" shows that none is, nor
// in a temporary file, neither in what is on disk at the moment nor when all is
// written.
func cmdPlanted(ts *testscript.TestScript, neg bool, args []string) {
	w := theWorld(ts)
	folders := []string{w.local.Socket()}
	if neg {
		folders = append(folders, ts.Getenv("TMPDIR"))
	}
	search := func() map[string]string {
		found := map[string]string{}
		for _, dir := range folders {
			ts.Check(searchFiles(dir, args, found))
		}
		return found
	}
	found := search()
	if neg && len(found) == 0 || !neg && len(found) < len(args) {
		w.sql(ts, w.local.URI("postgres"), "CHECKPOINT")
		found = search()
	}
	for _, text := range args {
		if path, is := found[text]; is == neg {
			if neg {
				ts.Fatalf("%s is in %s", text, path)
			}
			ts.Fatalf("%s is in no file of the server", text)
		}
	}
}

// searchFiles notes in found in which file below dir each text is. Files come and
// go while the server runs.
func searchFiles(dir string, texts []string, found map[string]string) error {
	longest := 0
	for _, text := range texts {
		longest = max(longest, len(text))
	}
	buf := make([]byte, 1<<20)
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && !d.Type().IsRegular() {
			return nil
		}
		if err != nil {
			return err
		}
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // it was only read
		for kept := 0; ; {
			n, err := io.ReadFull(f, buf[kept:])
			for _, text := range texts {
				if bytes.Contains(buf[:kept+n], []byte(text)) {
					found[text] = path
				}
			}
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return nil
			}
			if err != nil {
				return err
			}
			kept = copy(buf, buf[len(buf)-longest:])
		}
	})
}
