package attachments

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// tables are the tables of Active Storage in a database: one set, or one per schema if
// the application has a schema for each tenant.
type tables struct{ sets []tableSet }

// tableSet is the set of tables in one schema.
type tableSet struct {
	Schema      string
	Columns     []string // columns of active_storage_blobs
	Attachments bool     // active_storage_attachments exists
	Variants    bool     // active_storage_variant_records exists, as of Rails 6.1
}

// findTables looks for Active Storage's tables in the database of db. If there are none, the
// error has the code fault.NotFound.
func findTables(ctx context.Context, db *pgtools.DB) (*tables, error) {
	sets, err := pgtools.Rows[tableSet](ctx, db, `
		WITH tables AS (
			SELECT c.oid, c.relnamespace, c.relname FROM pg_catalog.pg_class c
			WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND c.relname LIKE 'active\_storage\_%')
		SELECT n.nspname::text,
			ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = b.oid AND a.attnum > 0 AND NOT a.attisdropped),
			EXISTS (SELECT FROM tables t WHERE t.relnamespace = n.oid AND t.relname = 'active_storage_attachments'),
			EXISTS (SELECT FROM tables t WHERE t.relnamespace = n.oid AND t.relname = 'active_storage_variant_records')
		FROM tables b JOIN pg_catalog.pg_namespace n ON n.oid = b.relnamespace
		WHERE b.relname = 'active_storage_blobs'
		ORDER BY 1`)
	if err != nil {
		return nil, fmt.Errorf("look for Active Storage's tables in %v: %w", db.Conn(), err)
	}
	if len(sets) == 0 {
		return nil, fault.New(fault.NotFound, "name the application's database with --target; an application without Active Storage has no files to fetch",
			"%v has no table active_storage_blobs", db.Conn())
	}
	for _, s := range sets {
		for _, column := range []string{"id", "key", "byte_size", "checksum", "created_at"} {
			if !slices.Contains(s.Columns, column) {
				return nil, fmt.Errorf("table %s in %v has no column %s: it is not Active Storage's", s.table("blobs"), db.Conn(), column)
			}
		}
	}
	return &tables{sets}, nil
}

// table returns the quoted name of active_storage_NAME.
func (s tableSet) table(name string) string {
	return pgtools.Quote(s.Schema) + "." + pgtools.Quote("active_storage_"+name)
}

func (s tableSet) hasService() bool { return slices.Contains(s.Columns, "service_name") }

// blobs returns the chosen blobs, one for each row.
func (t *tables) blobs(ctx context.Context, db *pgtools.DB, c choice) ([]blob, error) {
	// created_at has no time zone; Rails stores UTC.
	if _, err := db.Exec(ctx, "SET TimeZone = 'UTC'"); err != nil {
		return nil, err
	}
	types, err := t.types(ctx, db, c)
	if err != nil {
		return nil, err
	}
	var blobs []blob
	for _, s := range t.sets {
		if c.attached() && !s.Attachments {
			continue
		}
		found, err := pgtools.Rows[blobRow](ctx, db, s.query(c), s.arguments(c, types)...)
		if err != nil {
			return nil, readError("read", s.table("blobs"), db, err)
		}
		for _, r := range found {
			blobs = append(blobs, blob{Key: r.Key, Size: r.Size, MD5: md5Of(r.Checksum), Service: r.Service})
		}
	}
	return blobs, nil
}

type blobRow struct {
	Key      string
	Size     int64
	Checksum string
	Service  string
}

// types returns the chosen record types, nil for all.
func (t *tables) types(ctx context.Context, db *pgtools.DB, c choice) ([]string, error) {
	if !c.attached() {
		return nil, nil
	}
	var there []string
	found := false
	for _, s := range t.sets {
		if !s.Attachments {
			continue
		}
		found = true
		types, err := pgtools.Rows[string](ctx, db, "SELECT DISTINCT record_type::text FROM "+s.table("attachments")+" ORDER BY 1")
		if err != nil {
			return nil, readError("read", s.table("attachments"), db, err)
		}
		there = append(there, types...)
	}
	if !found {
		return nil, fault.New(fault.NotFound, "omit --table, --record-type and --name",
			"%v has no table active_storage_attachments, so the record of a blob is unknown", db.Conn())
	}
	slices.Sort(there)
	return c.recordTypes(slices.Compact(there))
}

// query returns the query for the chosen blobs of a schema. arguments returns its
// arguments.
func (s tableSet) query(c choice) string {
	var q strings.Builder
	fmt.Fprintf(&q, "WITH RECURSIVE chosen(id) AS (SELECT b.id FROM %s b WHERE ($1::timestamp IS NULL OR b.created_at >= $1::timestamp)", s.table("blobs"))
	if c.attached() {
		fmt.Fprintf(&q, ` AND EXISTS (
			SELECT FROM %s a WHERE a.blob_id = b.id
				AND ($3::text[] IS NULL OR a.record_type = ANY ($3::text[]))
				AND ($4::text[] IS NULL OR a.name = ANY ($4::text[])))`, s.table("attachments"))
	}
	made := s.made()
	switch {
	case made == "":
	case c.NoVariants:
		q.WriteString(" AND b.id NOT IN (SELECT blob_id FROM (" + made + ") made)")
	default:
		q.WriteString(" UNION SELECT made.blob_id FROM chosen JOIN (" + made + ") made ON made.origin = chosen.id::text")
	}
	service := "''"
	if s.hasService() {
		service = "coalesce(b.service_name::text, '')"
	}
	fmt.Fprintf(&q, `)
		SELECT b.key::text, coalesce(b.byte_size::bigint, -1), coalesce(b.checksum::text, ''), %s
		FROM %s b JOIN chosen USING (id) WHERE $2::bigint = 0 OR b.byte_size <= $2::bigint`, service, s.table("blobs"))
	return q.String()
}

// made returns the query for the blobs that Rails made from others, each with the id of
// its origin. The id is text, because record_id may be a bigint, a uuid or text. A
// preview belongs to a blob; a variant belongs to a variant record, which belongs to a
// blob. The query is "" if the schema has no table of attachments.
func (s tableSet) made() string {
	if !s.Attachments {
		return ""
	}
	made := "SELECT a.record_id::text AS origin, a.blob_id FROM " + s.table("attachments") + " a WHERE a.record_type = 'ActiveStorage::Blob'"
	if s.Variants {
		made += " UNION ALL SELECT v.blob_id::text, a.blob_id FROM " + s.table("attachments") + " a JOIN " + s.table("variant_records") +
			" v ON v.id::text = a.record_id::text WHERE a.record_type = 'ActiveStorage::VariantRecord'"
	}
	return made
}

func (s tableSet) arguments(c choice, types []string) []any {
	var since any
	if !c.Since.IsZero() {
		since = c.Since.UTC()
	}
	args := []any{since, c.MaxSize}
	if c.attached() {
		args = append(args, nilIfEmpty(types), nilIfEmpty(c.Names))
	}
	return args
}

// nilIfEmpty returns nil, which becomes NULL, for an array without elements.
func nilIfEmpty(texts []string) any {
	if len(texts) == 0 {
		return nil
	}
	return texts
}

// keysAtOnce limits the keys in one statement.
const keysAtOnce = 10_000

// setService sets the service of the blobs with these keys, in one transaction. It
// returns the number of rows that changed.
func (t *tables) setService(ctx context.Context, db *pgtools.DB, keys []string, service string) (changed int64, err error) {
	err = db.InTx(ctx, func(tx *pgtools.Tx) error {
		for _, s := range t.sets {
			if !s.hasService() {
				continue
			}
			update := "UPDATE " + s.table("blobs") + " SET service_name = $1 WHERE key = ANY ($2::text[]) AND service_name IS DISTINCT FROM $1"
			for some := range slices.Chunk(keys, keysAtOnce) {
				n, err := tx.Exec(ctx, update, service, some)
				if err != nil {
					return readError("update", s.table("blobs"), db, err)
				}
				changed += n
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return changed, nil
}

// readError adds the operation and the table to an error and, if a privilege is
// missing, a hint.
func readError(verb, table string, db *pgtools.DB, err error) error {
	err = fmt.Errorf("%s %s in %v: %w", verb, table, db.Conn(), err)
	if pgtools.IsDenied(err) {
		return fault.Wrap(fault.Denied, fmt.Sprintf("grant the role %s SELECT and UPDATE on it", pgtools.Quote(db.Conn().User())), err)
	}
	return err
}
