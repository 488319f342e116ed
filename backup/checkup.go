package backup

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/rubyforgood/hectl/backup/catalog"
	"github.com/rubyforgood/hectl/internal/checkup"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools"
)

// CheckSource looks at the source as a backup does before it begins. It takes no
// lock.
func CheckSource(ctx context.Context, f *checkup.Findings, out *console.Console, c pgtools.Conn, tools *pgtools.Tools) {
	const about = "source"
	db, err := pgtools.ConnectReadOnly(ctx, c, "hectl doctor "+fmt.Sprint(os.Getpid()))
	if err != nil {
		f.Fail(about, err)
		return
	}
	s := &source{db: db}
	defer s.close(ctx)
	if s.size, err = db.DatabaseSize(ctx); err == nil {
		s.standby, err = db.IsStandby(ctx)
	}
	if err != nil {
		f.Fail(about, err)
		return
	}
	what := ""
	if s.standby {
		what = ", a standby"
	}
	f.OK(about, "%s, PostgreSQL %s%s, %s", c, db.ServerVersion(), what, humanize.Bytes(uint64(s.size)))
	if tool, err := tools.Dump(db.ServerVersion()); err != nil {
		f.Fail(checkup.ClientTools, err)
	} else {
		f.OK(about, "dumped by %s (%s), compression %s", tool.Path, tool.Version, pgtools.DefaultCompression(tool))
	}
	err = s.check(ctx, nil, func(format string, args ...any) { f.Warn(about, "", format, args...) })
	if err != nil {
		f.Fail(about, err)
	} else {
		f.OK(about, "role %s may read every table and sequence", db.Conn().User())
	}
}

// CheckKeep looks whether the rules of hectl.yml about which dumps to keep can be
// read. That there are none is fine.
func CheckKeep(settings *config.Sources) error {
	_, err := parsePolicy(settings, nil)
	return err
}

// CheckWriter looks whether the credentials may write dumps. Only who makes
// backups needs to. about is the heading for what it finds.
func CheckWriter(ctx context.Context, f *checkup.Findings, about string, store *s3store.Store, b config.Bucket, label string, now time.Time, needed bool) {
	var granted, lacking []string
	for _, p := range store.WritePermissions(ctx, catalog.Key(b.Base, label, now)) {
		switch {
		case p.Err != nil:
			f.Warn(about, "", "whether %s is granted cannot be told: %v", p.Action, p.Err)
		case p.Granted:
			granted = append(granted, p.Action)
		default:
			lacking = append(lacking, p.Action)
		}
	}
	if len(granted) > 0 {
		f.OK(about, "a backup may use %s", strings.Join(granted, ", "))
	}
	switch {
	case len(lacking) == 0:
	case needed:
		f.Fail(about, fault.New(fault.Denied, "attach the policy for the server in hectl's README to the user or role",
			"a backup also needs %s on %s/%s*", strings.Join(lacking, ", "), b, catalog.Prefix("")))
	default:
		f.OK(about, "not granted: %s, which only a backup needs", strings.Join(lacking, ", "))
	}
}
