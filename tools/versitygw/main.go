// Versitygw is the S3 server of the tests and the demo: Versity's S3 gateway, of which
// this program builds only the part that keeps objects in a folder. The gateway's own
// program includes other stores, an admin client and its tests, and takes twice as long
// to download and build.
//
// It accepts the options of the gateway that package s3test uses, so any other build of
// versitygw would do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "versitygw:", err)
		os.Exit(1)
	}
}

// run serves the folder that the arguments name until ctx ends.
func run(ctx context.Context, args []string) error {
	c := embedgw.Config{
		RootUserAccess: os.Getenv("ROOT_ACCESS_KEY"),
		RootUserSecret: os.Getenv("ROOT_SECRET_KEY"),
		// The defaults of the original gateway.
		MaxConnections:    250_000,
		MaxRequests:       100_000,
		MultipartMaxParts: 10_000,
		IAMCacheTTL:       120,
		IAMCachePrune:     3600,
	}
	global := flag.NewFlagSet("versitygw", flag.ContinueOnError)
	port := global.String("port", ":7070", "`ADDRESS` to listen on")
	global.StringVar(&c.Region, "region", "us-east-1", "name of the region")
	global.StringVar(&c.IAMDir, "iam-dir", "", "`FOLDER` of the users")
	global.BoolVar(&c.KeepAlive, "keep-alive", false, "keep connections open")
	global.BoolVar(&c.Quiet, "quiet", false, "do not log requests")
	global.StringVar(&c.HealthPath, "health", "", "`PATH` that answers without credentials")
	if err := global.Parse(args); err != nil {
		return err
	}
	if global.Arg(0) != "posix" {
		return errors.New(`the command is "posix"`)
	}
	c.Ports = []string{*port}

	store := flag.NewFlagSet("versitygw posix", flag.ContinueOnError)
	options := posix.PosixOpts{Concurrency: 5000, CopyObjectThreshold: 5 << 30}
	store.StringVar(&options.VersioningDir, "versioning-dir", "", "`FOLDER` of older versions")
	if err := store.Parse(global.Args()[1:]); err != nil {
		return err
	}
	if store.NArg() != 1 {
		return errors.New("name the folder of the buckets")
	}
	root := store.Arg(0)
	if err := (meta.XattrMeta{}).Test(root); err != nil {
		return fmt.Errorf("extended attributes of %s: %w", root, err)
	}
	backend, err := posix.New(root, meta.XattrMeta{}, options)
	if err != nil {
		return err
	}
	return embedgw.RunVersityGW(ctx, backend, &c)
}
