package attachments

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// database creates a database for the test and connects to it.
func database(t *testing.T, cluster *pgtest.Cluster, name, sql string) *pgtools.DB {
	t.Helper()
	if err := cluster.CreateDatabase(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if err := cluster.Exec(t.Context(), name, sql); err != nil {
		t.Fatal(err)
	}
	db, err := pgtools.Connect(t.Context(), cluster.Conn(name), "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) })
	return db
}

// keys returns the keys of the chosen blobs, in order.
func keys(t *testing.T, db *pgtools.DB, c choice) []string {
	t.Helper()
	tables, err := findTables(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := tables.blobs(t.Context(), db, c)
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{}
	for _, b := range blobs {
		keys = append(keys, b.Key)
	}
	slices.Sort(keys)
	return keys
}

func TestTables(t *testing.T) {
	cluster := pgtest.New(t)

	t.Run("uuids and time zones", func(t *testing.T) {
		db := database(t, cluster, "uuids", `
			CREATE TABLE active_storage_blobs (id uuid PRIMARY KEY, key text, service_name text, byte_size bigint, checksum text, created_at timestamptz);
			CREATE TABLE active_storage_attachments (name text, record_type text, record_id uuid, blob_id uuid);
			CREATE TABLE active_storage_variant_records (id uuid PRIMARY KEY, blob_id uuid);
			INSERT INTO active_storage_blobs VALUES
				('00000000-0000-0000-0000-000000000001', 'origin', 'amazon', 3, 'ICy5YqxZB1uWSwcVLSNLcA==', '2026-05-31 23:30-02'),
				('00000000-0000-0000-0000-000000000002', 'variant', 'amazon', 3, NULL, '2026-05-01'),
				('00000000-0000-0000-0000-000000000003', 'loose', 'amazon', 3, 'not an MD5', '2026-05-01');
			INSERT INTO active_storage_variant_records VALUES ('00000000-0000-0000-0000-0000000000aa', '00000000-0000-0000-0000-000000000001');
			INSERT INTO active_storage_attachments VALUES
				('logo', 'Organization', '00000000-0000-0000-0000-0000000000ff', '00000000-0000-0000-0000-000000000001'),
				('image', 'ActiveStorage::VariantRecord', '00000000-0000-0000-0000-0000000000aa', '00000000-0000-0000-0000-000000000002')`)
		for _, tt := range []struct {
			name   string
			choice choice
			want   []string
		}{
			{"all", choice{}, []string{"loose", "origin", "variant"}},
			{"without variants", choice{NoVariants: true}, []string{"loose", "origin"}},
			{"of a type", choice{RecordTypes: []string{"Organization"}}, []string{"origin", "variant"}},
			{"of a table, without variants", choice{Tables: []string{"organizations"}, NoVariants: true}, []string{"origin"}},
			{"of a name", choice{Names: []string{"logo"}}, []string{"origin", "variant"}},
			{"of another name", choice{Names: []string{"proof"}}, []string{}},
			{"since, in UTC", choice{Since: time.Date(2026, 6, 1, 1, 30, 0, 0, time.UTC)}, []string{"origin", "variant"}},
			{"since then", choice{Since: time.Date(2026, 6, 1, 1, 30, 1, 0, time.UTC)}, []string{}},
			{"small", choice{MaxSize: 2}, []string{}},
			{"not too large", choice{MaxSize: 3}, []string{"loose", "origin", "variant"}},
		} {
			if diff := cmp.Diff(tt.want, keys(t, db, tt.choice)); diff != "" {
				t.Errorf("%s:\n%s", tt.name, diff)
			}
		}
	})

	t.Run("a schema a tenant", func(t *testing.T) {
		var sql string
		for _, schema := range []string{"public", "north", `"So uth"`} {
			sql += `CREATE SCHEMA IF NOT EXISTS ` + schema + `;
				CREATE TABLE ` + schema + `.active_storage_blobs (id bigserial, key text, service_name text NOT NULL, byte_size bigint, checksum text, created_at timestamp);
				INSERT INTO ` + schema + `.active_storage_blobs (key, service_name, byte_size, created_at) VALUES ('shared', 'amazon', 1, now()), ('of ` + schema + `', 'amazon', 1, now());`
		}
		db := database(t, cluster, "tenants", sql)
		if diff := cmp.Diff([]string{`of "So uth"`, "of north", "of public", "shared", "shared", "shared"}, keys(t, db, choice{})); diff != "" {
			t.Error(diff)
		}
		tables, err := findTables(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []int64{4, 0} {
			changed, err := tables.setService(t.Context(), db, []string{"shared", "of north", "unknown"}, "local")
			if err != nil || changed != want {
				t.Errorf("%d rows changed, %v; want %d", changed, err, want)
			}
		}
		if _, err := tables.blobs(t.Context(), db, choice{Names: []string{"logo"}}); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("without attachments: %v", err)
		}
	})

	t.Run("before Rails 6.1", func(t *testing.T) {
		db := database(t, cluster, "old", `
			CREATE TABLE active_storage_blobs (id int, key text, byte_size bigint, checksum text NOT NULL, created_at timestamp);
			CREATE TABLE active_storage_attachments (name text, record_type text, record_id int, blob_id int);
			INSERT INTO active_storage_blobs VALUES (1, 'video', 3, '', now()), (2, 'preview', 3, '', now());
			INSERT INTO active_storage_attachments VALUES ('film', 'Post', 1, 1), ('preview_image', 'ActiveStorage::Blob', 1, 2)`)
		if diff := cmp.Diff([]string{"preview", "video"}, keys(t, db, choice{RecordTypes: []string{"Post"}})); diff != "" {
			t.Error(diff)
		}
		tables, err := findTables(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		if changed, err := tables.setService(t.Context(), db, []string{"video"}, "local"); changed != 0 || err != nil {
			t.Errorf("%d rows changed, %v", changed, err)
		}
	})

	t.Run("may not be read", func(t *testing.T) {
		database(t, cluster, "closed", `
			CREATE TABLE active_storage_blobs (id int, key text, byte_size bigint, checksum text, created_at timestamp);
			CREATE ROLE guest LOGIN`)
		params, err := pgtools.ParseParams(cluster.URI("closed"))
		if err != nil {
			t.Fatal(err)
		}
		params["user"] = "guest"
		conn, err := params.Resolve(func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatal(err)
		}
		db, err := pgtools.Connect(t.Context(), conn, "test")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close(t.Context())
		tables, err := findTables(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tables.blobs(t.Context(), db, choice{}); fault.CodeOf(err) != fault.Denied {
			t.Errorf("got %v", err)
		}
	})
}
