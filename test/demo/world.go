package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/demodata"
	"github.com/rubyforgood/hectl/test/pgtest"
	"github.com/rubyforgood/hectl/test/s3test"
)

const (
	productionDB = "diaper_production"
	localDB      = "diaper_dev"
	developer    = "developer" // the role that fetches
	previousDB   = "diaper_dev_previous"
	bucketName   = "human-essentials-backups"
)

// world is everything that the demo starts and removes.
type world struct {
	dir        string // the folder that hectl runs in
	production *pgtest.Cluster
	local      *pgtest.Cluster
	s3         *s3test.Server
}

// newWorld starts the servers and fills the databases. Remove the world, even after an
// error.
func newWorld(ctx context.Context, scale int) (*world, error) {
	w := &world{}
	var err error
	if w.dir, err = os.MkdirTemp("", "hectl-demo-"); err != nil {
		return w, err
	}
	fmt.Println("  starting (a few seconds) …")
	if err := w.start(ctx); err != nil {
		return w, err
	}
	if err := w.s3.CreateBucket(ctx, bucketName); err != nil {
		return w, err
	}
	fmt.Printf("  production  %s\n", w.production.Conn(productionDB))
	fmt.Printf("  local       %s@%s:%d/%s\n", developer, w.local.Host(), w.local.Port(), localDB)
	fmt.Printf("  S3          %s, bucket %s\n\n", w.s3.URL, bucketName)
	err = w.fill(ctx, scale)
	return w, err
}

// start starts the servers in parallel.
func (w *world) start(ctx context.Context) error {
	var group errgroup.Group // a failure of one does not stop another that has just started
	group.Go(func() (err error) {
		w.production, err = pgtest.Start(ctx, pgtest.Options{})
		return err
	})
	group.Go(func() (err error) {
		w.local, err = pgtest.Start(ctx, pgtest.Options{})
		return err
	})
	group.Go(func() (err error) {
		// The S3 server must outlive an interrupted hectl, which then aborts its upload.
		w.s3, err = s3test.Start(context.WithoutCancel(ctx), s3test.Options{})
		return err
	})
	return group.Wait()
}

// fill creates the two databases in parallel.
func (w *world) fill(ctx context.Context, scale int) error {
	fmt.Printf("  filling production with fake data (about %d s) … ", 4*scale)
	start := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		return makeDatabase(ctx, w.production, productionDB, demodata.Schema()+demodata.Rows(scale)+"ANALYZE;")
	})
	group.Go(func() error {
		return makeDatabase(ctx, w.local, localDB, demodata.Schema()+oldRows+developerRole)
	})
	if err := group.Wait(); err != nil {
		return err
	}
	fmt.Printf("done in %.0f s\n", time.Since(start).Seconds())
	return nil
}

// oldRows are the rows of the developer's old database.
const oldRows = `
INSERT INTO public.ar_internal_metadata VALUES ('environment', 'development', now(), now());
INSERT INTO public.organizations (name, created_at, updated_at) VALUES ('Last month''s food bank', now(), now());
`

// developerRole lets the developer's role replace the local database. It is not a
// superuser, as hectl doctor recommends.
const developerRole = `
CREATE ROLE ` + developer + ` LOGIN CREATEDB;
ALTER DATABASE ` + localDB + ` OWNER TO ` + developer + `;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO ` + developer + `;
`

func makeDatabase(ctx context.Context, c *pgtest.Cluster, name, sql string) error {
	if err := c.CreateDatabase(ctx, name); err != nil {
		return err
	}
	return c.Exec(ctx, name, sql)
}

// remove stops the servers and removes their folders.
func (w *world) remove() error {
	var errs []error
	if w.s3 != nil {
		w.s3.Stop()
	}
	for _, c := range []*pgtest.Cluster{w.production, w.local} {
		if c != nil {
			errs = append(errs, c.Stop())
		}
	}
	return errors.Join(append(errs, os.RemoveAll(w.dir))...)
}

func connect(ctx context.Context, c *pgtest.Cluster, database string) (*pgtools.DB, error) {
	return pgtools.Connect(ctx, c.SocketConn(database), "hectl demo")
}
