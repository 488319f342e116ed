package main

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/rubyforgood/hectl/backup/parallel"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/pgtools"
)

// readerArg makes this program read a database and discard the dump, so that neither the
// store nor the network limits it.
const readerArg = "read"

// tooSmall is the size in bytes of dumps that pg_dump may write alone: it can end before
// the sessions begin.
const tooSmall = 1 << 20

func readOnly(ctx context.Context, args []string) error {
	if len(args) != 4 {
		return fmt.Errorf("%s: usage: URI PG_BIN COMPRESSION SESSIONS", readerArg)
	}
	nothing := func(string) (string, bool) { return "", false }
	params, err := pgtools.ParseParams(args[0])
	if err != nil {
		return err
	}
	source, err := params.Resolve(nothing)
	if err != nil {
		return err
	}
	tools, err := pgtools.FindTools(ctx, args[1], nothing)
	if err != nil {
		return err
	}
	db, err := pgtools.ConnectReadOnly(ctx, source, "hectl bench")
	if err != nil {
		return err
	}
	tool, err := tools.Dump(db.ServerVersion())
	db.Close(ctx)
	if err != nil {
		return err
	}
	jobs, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	dump, err := parallel.Start(ctx, parallel.Options{
		Source: source, Tool: tool, AppName: "reader", Jobs: jobs,
		Dump:   pgtools.DumpOptions{AppName: "dumper", Compress: args[2]},
		Level:  (&catalog.Manifest{Compression: args[2]}).CompressionLevel(),
		Detail: say,
	})
	if err != nil {
		return err
	}
	defer dump.Close() //nolint:errcheck // it was read to its end
	n, err := io.Copy(io.Discard, dump)
	if err != nil {
		return err
	}
	if dump.Tables() == nil && n > tooSmall {
		return fmt.Errorf("pg_dump wrote the rows")
	}
	return nil
}
