package oracle

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools"
)

// seen returns everything that SQL can see in a database, by kind.
func (w *world) seen(ctx context.Context, database string) (map[string]string, error) {
	found := map[string]string{}
	if err := w.seenByDump(ctx, database, found); err != nil {
		return nil, err
	}
	uri := w.URI(database) + "?options=-c%20statement_timeout%3D0%20-c%20standard_conforming_strings%3Don"
	params, err := pgtools.ParseParams(uri)
	if err != nil {
		return nil, err
	}
	conn, err := params.Resolve(func(string) (string, bool) { return "", false })
	if err != nil {
		return nil, err
	}
	db, err := pgtools.Connect(ctx, conn, "oracle")
	if err != nil {
		return nil, err
	}
	defer db.Close(context.WithoutCancel(ctx))
	if _, err := db.Exec(ctx, `SET search_path = ''; SET DateStyle = ISO; SET IntervalStyle = postgres; SET extra_float_digits = 1; SET TimeZone = UTC; SET bytea_output = hex;
		SELECT set_config('client_encoding', 'SQL_ASCII', false) FROM pg_database WHERE datname = current_database() AND encoding = 0`); err != nil {
		return nil, err
	}
	if err := seenInCatalogs(ctx, db, found); err != nil {
		return nil, err
	}
	return found, seenInRows(ctx, db, found)
}

// seenByDump adds each entry of pg_dump --schema-only. pg_dump chooses the order of the
// entries, which otherwise follows OIDs.
func (w *world) seenByDump(ctx context.Context, database string, found map[string]string) error {
	out, err := w.program(ctx, "pg_dump", "", "--schema-only", "-d", w.URI(database))
	if err != nil {
		return err
	}
	entries := map[string][]string{}
	for _, entry := range strings.Split(string(out), "\n--\n-- ")[1:] {
		head, text, _ := strings.Cut(entry, "\n")
		// The table of the next entry may be in another tablespace, which this line
		// sets.
		var lines []string
		for line := range strings.Lines(text) {
			if !strings.HasPrefix(line, "SET default_table") && !strings.HasPrefix(line, `\`) {
				lines = append(lines, line)
			}
		}
		entries["dump "+head] = append(entries["dump "+head], strings.TrimSpace(strings.Join(lines, "")))
	}
	for head, texts := range entries {
		slices.Sort(texts)
		found[head] = strings.Join(texts, "\n")
	}
	return nil
}

// A fact is a row of one of the catalogs.
type fact struct{ Name, Is string }

// ownOptions are a column's options without pg_attver, which some minor releases of the
// server set by themselves.
const ownOptions = `(SELECT array_agg(o) FROM unnest(attoptions) o WHERE o NOT LIKE 'pg_attver=%')`

// catalogs are queries for facts that pg_dump does not write, or writes only in part.
// Each returns a name and the value to compare.
var catalogs = map[string]string{
	"database": `SELECT 'it', concat_ws(' ', pg_encoding_to_char(encoding), datcollate, datctype, to_jsonb(d) ->> 'datlocprovider', datistemplate, datallowconn, datconnlimit, pg_get_userbyid(datdba), (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(datacl) a),
			(SELECT spcname FROM pg_tablespace t WHERE t.oid = dattablespace))
		FROM pg_database d WHERE datname = current_database()`,
	"setting": `SELECT coalesce(r.rolname, ''), replace(array_to_string(s.setconfig, ' '), '"', '') FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = setrole
		WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())`,
	"relation": `SELECT c.oid::regclass::text, concat_ws(' ', relkind, relispopulated, relpersistence, relrowsecurity, relforcerowsecurity, relreplident, relispartition, relchecks, relnatts,
			pg_get_userbyid(relowner), relacl, reloptions, reltablespace, (SELECT amname FROM pg_am WHERE oid = relam), pg_get_expr(relpartbound, c.oid), pg_get_partkeydef(c.oid), reloftype::regtype)
		FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE n.nspname !~ '^pg_(toast|temp)' AND c.oid >= 16384`,
	"column": `SELECT concat_ws('.', attrelid::regclass, attnum, attname), concat_ws(' ', atttypid::regtype, atttypmod, attnotnull, atthasdef, attidentity, attgenerated, attstorage, attcompression, attislocal, attinhcount,
			attcollation::regcollation, attstattarget, attacl, ` + ownOptions + `, (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = attrelid AND adnum = attnum))
		FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE attrelid >= 16384 AND relkind <> 't' AND NOT attisdropped AND attnum > 0`,
	"constraint": `SELECT concat_ws('.', nullif(conrelid, 0)::regclass, nullif(contypid, 0)::regtype, conname), concat_ws(' ', convalidated, conislocal, coninhcount, connoinherit, conindid::regclass,
			(SELECT conname FROM pg_constraint p WHERE p.oid = c.conparentid), pg_get_constraintdef(oid)) FROM pg_constraint c WHERE oid >= 16384`,
	"index": `SELECT indexrelid::regclass::text, concat_ws(' ', indrelid::regclass, indisvalid, indisready, indislive, indisunique, indisprimary, indisexclusion, indimmediate, indisclustered, indisreplident, indkey,
			(SELECT inhparent::regclass FROM pg_inherits WHERE inhrelid = indexrelid), pg_get_indexdef(indexrelid))
		FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE n.nspname <> 'pg_toast' AND indexrelid >= 16384`,
	"parent": `SELECT inhrelid::regclass || ' ' || inhseqno, inhparent::regclass || ' ' || inhdetachpending FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE relkind <> 't'`,
	"sequence": `SELECT seqrelid::regclass::text, concat_ws(' ', seqtypid::regtype, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle,
			(SELECT concat_ws('.', refobjid::regclass, refobjsubid, deptype) FROM pg_depend d WHERE d.objid = seqrelid AND d.classid = 'pg_class'::regclass AND deptype IN ('a', 'i') AND refobjsubid > 0))
		FROM pg_sequence`,
	"trigger":       `SELECT tgrelid::regclass || '.' || tgname, concat_ws(' ', tgenabled, tgdeferrable, tginitdeferred, tgparentid = 0, pg_get_triggerdef(oid)) FROM pg_trigger`,
	"rule":          `SELECT ev_class::regclass || '.' || rulename, concat_ws(' ', ev_enabled, pg_get_ruledef(oid)) FROM pg_rewrite WHERE oid >= 16384`,
	"event trigger": `SELECT evtname, concat_ws(' ', evtevent, evtenabled, evtfoid::regproc, evttags, pg_get_userbyid(evtowner)) FROM pg_event_trigger`,
	"function": `SELECT oid::regprocedure::text, concat_ws(' ', pg_get_userbyid(proowner), proacl, prokind, provolatile, proparallel, prosecdef, proleakproof, proisstrict, procost, prorows, proconfig, prosupport, md5(prosrc), md5(prosqlbody::text) IS NULL,
			CASE WHEN prokind <> 'a' THEN pg_get_functiondef(oid) END) FROM pg_proc WHERE oid >= 16384`,
	"type": `SELECT t.oid::regtype::text, concat_ws(' ', typtype, typcategory, typlen, typnotnull, typbasetype::regtype, typtypmod, typdefault, typcollation::regcollation, pg_get_userbyid(typowner), typacl,
			(SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)) FROM pg_type t WHERE oid >= 16384 AND typname !~ 'pg_toast'`,
	"statistics":        `SELECT stxnamespace::regnamespace || '.' || stxname, concat_ws(' ', stxrelid::regclass, stxkind, stxkeys, stxstattarget, pg_get_userbyid(stxowner), pg_get_statisticsobjdef(oid)) FROM pg_statistic_ext`,
	"publication":       `SELECT pubname, concat_ws(' ', puballtables, pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot, pg_get_userbyid(pubowner)) FROM pg_publication`,
	"published":         `SELECT pubname || ' ' || schemaname || '.' || tablename, to_jsonb(t)::text FROM pg_publication_tables t`,
	"schema":            `SELECT nspname, pg_get_userbyid(nspowner) || ' ' || coalesce(nspacl::text, '') FROM pg_namespace WHERE oid >= 16384 OR nspname = 'public'`,
	"extension":         `SELECT extname, concat_ws(' ', extversion, extnamespace::regnamespace, (SELECT string_agg(c::regclass::text, ',') FROM unnest(extconfig) c), extcondition) FROM pg_extension`,
	"default privilege": `SELECT concat_ws(' ', pg_get_userbyid(defaclrole), nullif(defaclnamespace, 0)::regnamespace, defaclobjtype), defaclacl::text FROM pg_default_acl`,
	"policy":            `SELECT polrelid::regclass || '.' || polname, concat_ws(' ', polcmd, polpermissive, (SELECT array_agg(r::regrole::text ORDER BY 1) FROM unnest(polroles) r WHERE r <> 0), pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) FROM pg_policy`,
	"label":             `SELECT pg_describe_object(classoid, objoid, objsubid), provider || ' ' || label FROM pg_seclabel`,
	"comment":           `SELECT pg_describe_object(classoid, objoid, objsubid), description FROM pg_description WHERE objoid >= 16384 OR classoid = 'pg_largeobject'::regclass OR objoid = 'public'::regnamespace`,
	"large object":      `SELECT m.oid::text, concat_ws(' ', pg_get_userbyid(lomowner), lomacl, md5(lo_get(m.oid))) FROM pg_largeobject_metadata m`,
	"operator":          `SELECT o.oid::regoperator::text, concat_ws(' ', oprcode::regproc, oprcom::regoper, oprnegate::regoper, oprcanmerge, oprcanhash, oprrest, oprjoin, pg_get_userbyid(oprowner)) FROM pg_operator o WHERE oid >= 16384`,
	"cast":              `SELECT castsource::regtype || ' ' || casttarget::regtype, concat_ws(' ', castfunc::regproc, castcontext, castmethod) FROM pg_cast WHERE oid >= 16384`,
	// Dependencies in all catalogs, including catalogs that are not listed above.
	"dependency": `SELECT pg_describe_object(classid, objid, objsubid), string_agg(pg_describe_object(refclassid, refobjid, refobjsubid) || ' ' || deptype::text, '; ' ORDER BY pg_describe_object(refclassid, refobjid, refobjsubid), deptype)
		FROM (SELECT DISTINCT classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype FROM pg_depend
			WHERE objid >= 16384) d GROUP BY 1`,
}

func seenInCatalogs(ctx context.Context, db *pgtools.DB, found map[string]string) error {
	for name, sql := range catalogs {
		facts, err := pgtools.Rows[fact](ctx, db, "SELECT a::text, coalesce(b::text, '') FROM ("+sql+") q(a, b) ORDER BY 1, 2")
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		byKey := map[string][]string{}
		for _, f := range facts {
			key := bySerial.ReplaceAllString(name+" "+f.Name, "${1}N")
			byKey[key] = append(byKey[key], bySerial.ReplaceAllString(f.Is, "${1}N"))
		}
		for key, are := range byKey {
			slices.Sort(are)
			found[key] = strings.Join(are, "\n")
		}
	}
	return nil
}

// seenInRows adds the number of rows and a checksum of all rows, in the order of their
// text, of each table and materialized view, and the values of each sequence.
func seenInRows(ctx context.Context, db *pgtools.DB, found map[string]string) error {
	type relation struct{ Schema, Name, Kind string }
	relations, err := pgtools.Rows[relation](ctx, db, `
		SELECT n.nspname::text, c.relname::text, c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'm', 'S') AND c.relispopulated AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
		  AND NOT EXISTS (SELECT FROM pg_inherits JOIN pg_partitioned_table ON partrelid = inhparent JOIN pg_attribute ON attrelid = inhparent
		                  JOIN pg_type t ON t.oid = atttypid
		                  WHERE inhrelid = c.oid AND partstrat = 'h' AND attnum = ANY (partattrs) AND typtype = 'e')
		  AND NOT (c.relkind = 'p' AND EXISTS (SELECT FROM pg_partition_tree(c.oid) JOIN pg_class l ON l.oid = relid WHERE relkind = 'f'))`)
	if err != nil {
		return err
	}
	for _, r := range relations {
		quoted := pgtools.Quote(r.Schema) + "." + pgtools.Quote(r.Name)
		sql := fmt.Sprintf(`SELECT count(*) || ' rows ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY t::text COLLATE "C")), '') FROM %s%s t`, map[string]string{"r": "ONLY "}[r.Kind], quoted)
		if r.Kind == "S" {
			sql = "SELECT last_value || ' ' || is_called FROM " + quoted
		}
		var sum string
		if err := db.QueryRow(ctx, sql).Scan(&sum); err != nil {
			return fmt.Errorf("read %s: %w", quoted, err)
		}
		found["rows "+r.Schema+"."+r.Name+" "] = sum
	}
	return nil
}

// difference is a result of a comparison.
type difference struct{ key, plain, hectl, source string }

// compare returns the facts in which hectl differs from pg_restore, and those that
// pg_restore got wrong and hectl right.
func compare(source, plain, hectl map[string]string) (differences []difference, better []string) {
	keys := map[string]bool{}
	for k := range plain {
		keys[k] = true
	}
	for k := range hectl {
		keys[k] = true
	}
	for k := range keys {
		p, inPlain := plain[k]
		h, inHectl := hectl[k]
		switch {
		case p == h && inPlain == inHectl:
		case inHectl && h == source[k]:
			better = append(better, k)
		default:
			differences = append(differences, difference{k, p, h, source[k]})
		}
	}
	slices.SortFunc(differences, func(a, b difference) int { return strings.Compare(a.key, b.key) })
	return differences, better
}
