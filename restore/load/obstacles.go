package load

import (
	"context"
	"fmt"
	"strings"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// An obstacle is something in the copy that must not react to a change of rows: Before
// puts it aside, After restores it exactly.
type obstacle struct {
	Before string
	After  []string
}

// manyRemoved is the minimum number of deleted rows for which a foreign key without an
// index is checked as a whole. Otherwise, each row would need a scan of the referencing
// table.
const manyRemoved = 10

// findObstacles returns the obstacles of all tables that change, in the order in which
// they are put aside. They are restored in the reverse order.
//
// A foreign key is checked at the end of the transaction, which is quick for a few rows. It
// is dropped and created again, which checks all rows, if one of its tables is replaced, if
// it does more than forbid deletions, or if it is not simple for another reason.
func (r *Refresh) findObstacles(ctx context.Context, db *pgtools.DB) ([]obstacle, error) {
	var changed, replaced, shrunk []*archive.Entry
	for _, c := range r.replaced {
		replaced = append(replaced, c.table)
	}
	for _, t := range r.changed {
		if t.Total() > 0 {
			changed = append(changed, t.table)
		}
		if t.Removed >= manyRemoved {
			shrunk = append(shrunk, t.table)
		}
	}
	with := `WITH RECURSIVE
		changed (oid) AS (SELECT pg_catalog.unnest(` + oids(append(changed, replaced...)) + `)),
		up (oid) AS (SELECT oid FROM changed UNION SELECT inhparent FROM pg_catalog.pg_inherits JOIN up ON inhrelid = up.oid),
		replaced (oid) AS (SELECT pg_catalog.unnest(` + oids(replaced) + `)
			UNION SELECT inhparent FROM pg_catalog.pg_inherits JOIN replaced ON inhrelid = replaced.oid),
		shrunk (oid) AS (SELECT pg_catalog.unnest(` + oids(shrunk) + `))`
	var all []obstacle
	for _, find := range []string{userTriggers, deleteRules, forcedPolicies, replicaIdentities, looseChecks} {
		found, err := pgtools.Rows[struct{ Before, After string }](ctx, db, with+find)
		if err != nil {
			return nil, fmt.Errorf("list what depends on the tables: %w", err)
		}
		for _, f := range found {
			all = append(all, obstacle{f.Before, []string{f.After}})
		}
	}
	keys, err := pgtools.Rows[foreignKey](ctx, db, with+foreignKeys)
	if err != nil {
		return nil, fmt.Errorf("list foreign keys: %w", err)
	}
	for _, k := range keys {
		all = append(all, k.obstacle())
	}
	return all, nil
}

// oids returns an expression for the OIDs of tables.
func oids(tables []*archive.Entry) string {
	classes := make([]string, len(tables))
	for i, t := range tables {
		classes[i] = quotedClass(t)
	}
	return "ARRAY[" + strings.Join(classes, ", ") + "]::pg_catalog.oid[]"
}

// userTriggers selects the triggers that would fire, including those that fire only if
// the role has session_replication_role = replica. Before version 15, PostgreSQL marks
// the triggers that a partition has from the partitioned table as internal.
const userTriggers = `
	SELECT 'ALTER TABLE ' || tgrelid::pg_catalog.regclass || ' DISABLE TRIGGER ' || pg_catalog.quote_ident(tgname),
	       'ALTER TABLE ' || tgrelid::pg_catalog.regclass || ' ENABLE ' || CASE tgenabled WHEN 'A' THEN 'ALWAYS ' WHEN 'R' THEN 'REPLICA ' ELSE '' END || 'TRIGGER ' || pg_catalog.quote_ident(tgname)
	FROM pg_catalog.pg_trigger WHERE tgrelid IN (SELECT oid FROM changed) AND tgenabled <> 'D'
	  AND (NOT tgisinternal OR tgparentid <> 0 AND tgconstraint = 0)
	ORDER BY tgrelid, tgname`

// deleteRules selects the rules that would rewrite a DELETE. COPY ignores rules.
const deleteRules = `
	SELECT 'ALTER TABLE ' || ev_class::pg_catalog.regclass || ' DISABLE RULE ' || pg_catalog.quote_ident(rulename),
	       'ALTER TABLE ' || ev_class::pg_catalog.regclass || ' ENABLE ' || CASE ev_enabled WHEN 'A' THEN 'ALWAYS ' WHEN 'R' THEN 'REPLICA ' ELSE '' END || 'RULE ' || pg_catalog.quote_ident(rulename)
	FROM pg_catalog.pg_rewrite WHERE ev_class IN (SELECT oid FROM changed) AND ev_type = '4' AND ev_enabled <> 'D'
	ORDER BY ev_class, rulename`

// forcedPolicies selects the tables whose policies also apply to their owner. It selects
// all of them, because materialized views and foreign keys also read tables that do not
// change. A restore enables row security only after it has filled the views and checked
// the keys.
const forcedPolicies = `
	SELECT 'ALTER TABLE ' || oid::pg_catalog.regclass || ' NO FORCE ROW LEVEL SECURITY',
	       'ALTER TABLE ' || oid::pg_catalog.regclass || ' FORCE ROW LEVEL SECURITY'
	FROM pg_catalog.pg_class WHERE relforcerowsecurity
	ORDER BY oid`

// replicaIdentities selects the tables that may be published for deletions: such a table
// needs an identity before a row can be deleted. A table of which only some columns are
// published already has one, or production could not delete either.
const replicaIdentities = `
	SELECT 'ALTER TABLE ' || c.oid::pg_catalog.regclass || ' REPLICA IDENTITY FULL',
	       'ALTER TABLE ' || c.oid::pg_catalog.regclass || ' REPLICA IDENTITY ' || CASE c.relreplident WHEN 'd' THEN 'DEFAULT' WHEN 'n' THEN 'NOTHING'
	           ELSE 'USING INDEX ' || (SELECT pg_catalog.quote_ident(x.relname) FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
	                                   WHERE i.indrelid = c.oid AND i.indisreplident) END
	FROM pg_catalog.pg_class c WHERE c.oid IN (SELECT oid FROM changed) AND c.relreplident <> 'f'
	  AND EXISTS (SELECT FROM pg_catalog.pg_publication WHERE pubdelete)
	  AND NOT EXISTS (SELECT FROM pg_catalog.pg_publication_rel p WHERE p.prrelid = c.oid AND pg_catalog.jsonb_typeof(pg_catalog.to_jsonb(p) -> 'prattrs') <> 'null')
	ORDER BY c.oid`

// looseChecks selects the NOT VALID checks: a restore adds them after the rows, which may
// violate them. A table inherits them from its parent.
const looseChecks = `
	SELECT 'ALTER TABLE ' || conrelid::pg_catalog.regclass || ' DROP CONSTRAINT ' || pg_catalog.quote_ident(conname),
	       'ALTER TABLE ' || conrelid::pg_catalog.regclass || ' ADD CONSTRAINT ' || pg_catalog.quote_ident(conname) || ' ' || pg_catalog.pg_get_constraintdef(oid)
	       || coalesce('; COMMENT ON CONSTRAINT ' || pg_catalog.quote_ident(conname) || ' ON ' || conrelid::pg_catalog.regclass
	                   || ' IS ' || pg_catalog.quote_literal(pg_catalog.obj_description(oid, 'pg_constraint')), '')
	FROM pg_catalog.pg_constraint WHERE conrelid IN (SELECT oid FROM up) AND contype = 'c' AND NOT convalidated AND coninhcount = 0
	ORDER BY conrelid, conname`

// foreignKeys selects the foreign keys from and to the tables. The foreign key of a
// partition belongs to that of the partitioned table.
const foreignKeys = `
	SELECT k.conrelid::pg_catalog.regclass::text, pg_catalog.quote_ident(k.conname), pg_catalog.pg_get_constraintdef(k.oid),
	       coalesce(pg_catalog.obj_description(k.oid, 'pg_constraint'), ''), k.condeferrable, k.condeferred,
	       NOT k.convalidated OR 'p' IN (f.relkind, t.relkind)
	       OR pg_catalog.current_setting('session_replication_role') <> 'origin' -- nothing is checked at the commit
	       OR EXISTS (SELECT FROM replaced WHERE oid IN (k.conrelid, k.confrelid))
	       OR (k.confupdtype <> 'a' OR k.confdeltype <> 'a') AND k.confrelid IN (SELECT oid FROM up)
	       OR k.confrelid IN (SELECT oid FROM shrunk) AND NOT EXISTS (
	           SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = k.conrelid AND i.indpred IS NULL AND i.indkey[0] = ANY (k.conkey))
	FROM pg_catalog.pg_constraint k
	JOIN pg_catalog.pg_class f ON f.oid = k.conrelid
	JOIN pg_catalog.pg_class t ON t.oid = k.confrelid
	WHERE k.contype = 'f' AND k.conparentid = 0
	  AND EXISTS (SELECT FROM up WHERE oid IN (k.conrelid, k.confrelid))
	ORDER BY k.oid`

type foreignKey struct {
	Table, Name          string // quoted
	Definition, Comment  string
	Deferrable, Deferred bool
	Drop                 bool
}

func (k foreignKey) obstacle() obstacle {
	alter := "ALTER TABLE " + k.Table
	if k.Drop {
		o := obstacle{alter + " DROP CONSTRAINT " + k.Name, []string{alter + " ADD CONSTRAINT " + k.Name + " " + k.Definition}}
		if k.Comment != "" {
			o.After = append(o.After, "COMMENT ON CONSTRAINT "+k.Name+" ON "+k.Table+" IS "+pgtools.QuoteLiteral(k.Comment))
		}
		return o
	}
	back := "NOT DEFERRABLE"
	switch {
	case k.Deferred:
		back = "DEFERRABLE INITIALLY DEFERRED"
	case k.Deferrable:
		back = "DEFERRABLE INITIALLY IMMEDIATE"
	}
	return obstacle{alter + " ALTER CONSTRAINT " + k.Name + " DEFERRABLE INITIALLY DEFERRED", []string{alter + " ALTER CONSTRAINT " + k.Name + " " + back}}
}
