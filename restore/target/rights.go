package target

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// CheckEnvironment returns an error if RAILS_ENV or a similar variable marks this
// machine as production. It contacts no server.
func CheckEnvironment(settings *config.Sources, target pgtools.Conn) error {
	var reasons []string
	for _, reason := range guard(facts{Env: settings.LookupApplication, EnvOrigin: settings.ApplicationOrigin, Target: target}) {
		if strings.HasSuffix(reason, unsetIt) {
			reasons = append(reasons, reason)
		}
	}
	return refusal("replace", target, reasons)
}

// CheckRole connects to the server of a target and returns the first problem that would
// prevent a restore.
func CheckRole(ctx context.Context, target pgtools.Conn) error {
	admin, err := pgtools.ConnectMaintenance(ctx, target, pgtools.RestoreApp)
	if err != nil {
		return err
	}
	defer admin.Close(context.WithoutCancel(ctx))
	existing, exists, err := admin.Database(ctx, target.Database())
	if err != nil {
		return err
	}
	of := &existing
	if !exists {
		of = nil
	}
	problems, err := lacking(ctx, admin, of)
	if err != nil || len(problems) == 0 {
		return err
	}
	return problems[0]
}

// lacking returns the rights and features that the role or the server lacks for a restore.
func lacking(ctx context.Context, admin *pgtools.DB, existing *pgtools.Database) (problems []error, err error) {
	var role, superuser string
	var mayCreate, standby bool
	err = admin.QueryRow(ctx, `
		SELECT rolname::text,
		       coalesce((SELECT s.rolname FROM pg_catalog.pg_roles s WHERE s.rolsuper AND s.rolcanlogin ORDER BY s.oid LIMIT 1), 'postgres')::text,
		       rolsuper OR rolcreatedb,
		       pg_is_in_recovery()
		FROM pg_catalog.pg_roles WHERE rolname = current_user`).Scan(&role, &superuser, &mayCreate, &standby)
	if err != nil {
		return nil, fmt.Errorf("look up the role's rights: %w", err)
	}
	// A role cannot grant itself missing rights.
	grant := func(statement string) string { return pgtools.SuperuserLine(admin.Conn(), superuser, statement) }
	if !mayCreate {
		problems = append(problems, fault.New(fault.Denied, grant("ALTER ROLE "+pgtools.Quote(role)+" CREATEDB"), "the role %s cannot create databases", role))
	}
	if existing != nil {
		others, err := othersDatabases(ctx, admin, existing.Name, PreviousName(existing.Name))
		if err != nil {
			return nil, err
		}
		for _, d := range others {
			hint := grant("GRANT " + pgtools.Quote(d.Owner) + " TO " + pgtools.Quote(role))
			if d.Super { // members of that role would be superusers in effect
				hint = fmt.Sprintf("connect as the role %s, or change its owner: %s", d.Owner, grant("ALTER DATABASE "+pgtools.Quote(d.Name)+" OWNER TO "+pgtools.Quote(role)))
			}
			problems = append(problems, fault.New(fault.Denied, hint, "%s belongs to the role %s, and %s is not a member of it", d.Name, d.Owner, role))
		}
		prepared, err := pgtools.Rows[string](ctx, admin, `
			SELECT 'there is a prepared transaction in ' || database || ' (COMMIT PREPARED or ROLLBACK PREPARED ' || quote_literal(gid) || ')'
			FROM pg_catalog.pg_prepared_xacts WHERE database IN ($1, $2)`, existing.Name, PreviousName(existing.Name))
		if err != nil {
			return nil, fmt.Errorf("look for prepared transactions: %w", err)
		}
		for _, text := range prepared {
			problems = append(problems, errors.New(text))
		}
		subscribed, err := subscriptions(ctx, admin, existing.Name, PreviousName(existing.Name))
		if err != nil {
			return nil, err
		}
		problems = append(problems, subscribed...)
	}
	if standby {
		problems = append(problems, errors.New("the server is a standby, which is read-only"))
	}
	return problems, nil
}

// subscriptions returns a problem for each subscription in the databases: a database
// with one cannot be renamed while rows arrive, and cannot be dropped.
func subscriptions(ctx context.Context, admin *pgtools.DB, databases ...string) (problems []error, err error) {
	type subscription struct{ Database, Name, Owner string }
	found, err := pgtools.Rows[subscription](ctx, admin, `
		SELECT d.datname::text, s.subname::text, pg_catalog.pg_get_userbyid(s.subowner)::text
		FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
		WHERE d.datname = ANY($1) ORDER BY 1, 2`, databases)
	if err != nil {
		return nil, fmt.Errorf("look for subscriptions: %w", err)
	}
	for _, s := range found {
		alter := "ALTER SUBSCRIPTION " + pgtools.Quote(s.Name)
		problems = append(problems, fault.New(fault.Failed,
			pgtools.PsqlLineIn(admin.Conn(), s.Database, s.Owner, nil, alter+" DISABLE", alter+" SET (slot_name = NONE)", "DROP SUBSCRIPTION "+pgtools.Quote(s.Name)),
			"%s cannot be replaced while it has the subscription %s", s.Database, s.Name))
	}
	return problems, nil
}

// othersDatabase is a database that the role can neither rename nor drop.
type othersDatabase struct {
	Name, Owner string
	Super       bool // the owner is a superuser
}

func othersDatabases(ctx context.Context, admin *pgtools.DB, names ...string) ([]othersDatabase, error) {
	found, err := pgtools.Rows[othersDatabase](ctx, admin, `
		SELECT d.datname::text, o.rolname::text, o.rolsuper
		FROM pg_catalog.pg_database d JOIN pg_catalog.pg_roles o ON o.oid = d.datdba
		WHERE d.datname = ANY($1) AND NOT pg_catalog.pg_has_role(d.datdba, 'MEMBER')
		ORDER BY d.datname`, names)
	if err != nil {
		return nil, fmt.Errorf("look up the owners of the databases: %w", err)
	}
	return found, nil
}

// MayRename refuses a database that the role can neither rename nor drop, because it
// is not a member of the owner.
func MayRename(ctx context.Context, admin *pgtools.DB, name string) error {
	others, err := othersDatabases(ctx, admin, name)
	if err != nil {
		return err
	}
	for _, d := range others {
		return fault.New(fault.Denied, "", "the database %s belongs to the role %s, and your role is not a member of it", d.Name, d.Owner)
	}
	return nil
}

// IsSuperuser reports whether the session's role is a superuser.
func IsSuperuser(ctx context.Context, admin *pgtools.DB) (is bool, err error) {
	if err := admin.QueryRow(ctx, `SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user`).Scan(&is); err != nil {
		return false, fmt.Errorf("look up the role's rights: %w", err)
	}
	return is, nil
}

// AnnounceSuperuser explains the risk of restoring as a superuser, the first time that
// hectl restores this target.
func (s *Session) AnnounceSuperuser(ctx context.Context) error {
	if s.Existing != nil && ParseMark(s.Existing.Comment).Origin != nil {
		return nil // already announced
	}
	is, err := IsSuperuser(ctx, s.DB)
	if is {
		s.Out.Say(`restoring as the superuser %s: code in the dump can do anything that %[1]s can; "hectl doctor" shows how to use a separate role`, s.Conn.User())
	}
	return err
}

// Lacks returns the rights and features that the role or the server lacks for the
// session's use.
func (s *Session) Lacks(ctx context.Context) (problems []error, err error) {
	existing := s.Existing
	if s.Use == RestoreBeside { // RestoreBeside neither renames nor drops the target
		existing = nil
	}
	return lacking(ctx, s.DB, existing)
}
