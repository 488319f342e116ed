package mask

import (
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// LeftOut lists the entries that are never written to a masked archive or a database.
type LeftOut struct {
	byID map[int]bool
	// Secrets are user mappings and subscriptions. Their definitions contain passwords for
	// other servers.
	Secrets []string
	// Unfilled are materialized views that would fetch rows from another server.
	Unfilled []string
}

// NewLeftOut returns the LeftOut of an archive.
func NewLeftOut(head *archive.Head) *LeftOut {
	l := &LeftOut{byID: map[int]bool{}}
	d := newDials(head)
	for e := range head.All() {
		switch {
		case e.Desc == "USER MAPPING":
			l.Secrets = append(l.Secrets, strings.Replace(e.Tag, "USER MAPPING", "user mapping", 1))
		case e.Desc == "SUBSCRIPTION":
			l.Secrets = append(l.Secrets, "subscription "+e.Tag)
		case strings.HasPrefix(e.Desc, "SUBSCRIPTION "), about(e, "SUBSCRIPTION "), about(e, "USER MAPPING "):
		case e.Desc == "MATERIALIZED VIEW DATA" && d.reaches(e, map[int]bool{}):
			l.Unfilled = append(l.Unfilled, e.DisplayName())
		default:
			continue
		}
		l.byID[e.ID] = true
	}
	slices.Sort(l.Secrets)
	slices.Sort(l.Unfilled)
	return l
}

// about reports whether an entry is a comment, a security label or a privilege on an
// object of a kind.
func about(e *archive.Entry, kind string) bool {
	return slices.Contains([]string{"COMMENT", "SECURITY LABEL", "ACL"}, e.Desc) && strings.HasPrefix(e.Tag, kind)
}

// Drops reports whether an entry is left out.
func (l *LeftOut) Drops(e *archive.Entry) bool { return l.byID[e.ID] }

// dials finds the entries of an archive that may make the server connect to another one,
// through a foreign table or a function of an extension.
//
// pg_dump does not record what a function's body depends on. If the archive has any way to
// connect, dials therefore assumes that each of its own functions connects, unless the body
// can be parsed and names nothing that connects.
type dials struct {
	byID     map[int]*archive.Entry
	byName   map[string][]int // relations and routines that a function's body can name
	children map[int][]int    // a table's partitions, and the tables that inherit from it
	any      bool
	opaque   bool // an extension's functions connect, but the archive does not name them
}

func newDials(head *archive.Head) *dials {
	d := &dials{byID: head.ByID(), byName: map[string][]int{}, children: map[int][]int{}}
	isTable := func(id int) bool {
		e := d.byID[id]
		return e != nil && (e.Desc == "TABLE" || e.Desc == "FOREIGN TABLE")
	}
	for e := range head.All() {
		d.any = d.any || outside(e)
		d.opaque = d.opaque || e.Desc == "EXTENSION" && outside(e) && !strings.HasSuffix(e.Tag, "_fdw")
		switch e.Desc {
		case "TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW":
			d.byName[e.Tag] = append(d.byName[e.Tag], e.ID)
		case "FUNCTION", "PROCEDURE", "AGGREGATE":
			name, _, _ := strings.Cut(e.Tag, "(")
			d.byName[name] = append(d.byName[name], e.ID)
		}
		tables := slices.DeleteFunc(slices.Clone(e.Dependencies), func(id int) bool { return !isTable(id) })
		if isTable(e.ID) {
			for _, parent := range tables {
				d.children[parent] = append(d.children[parent], e.ID)
			}
		}
	}
	for part, whole := range schema.Attachments(head) {
		d.children[whole] = append(d.children[whole], part)
		d.children[part] = append(d.children[part], whole)
	}
	return d
}

// outside reports whether an entry is a way to connect to another server.
func outside(e *archive.Entry) bool {
	switch e.Desc {
	case "SERVER", "FOREIGN SERVER", "FOREIGN TABLE", "FOREIGN DATA WRAPPER":
		return true
	case "EXTENSION":
		return strings.HasSuffix(e.Tag, "_fdw") || slices.Contains([]string{
			"dblink", "http", "pg_net", "plproxy", "multicorn", "wrappers", "pg_background", "aws_s3", "aws_lambda", "azure_storage",
			"plpython3u", "plpython2u", "plpythonu", "plperlu", "pltclu", "plr", "plsh", "pljava",
		}, e.Tag)
	}
	return false
}

// reaches reports whether an entry or any of its dependencies may connect.
func (d *dials) reaches(e *archive.Entry, seen map[int]bool) bool {
	if seen[e.ID] {
		return false
	}
	seen[e.ID] = true
	if outside(e) {
		return true
	}
	visit := func(id int) bool {
		on := d.byID[id]
		return on != nil && d.reaches(on, seen)
	}
	switch e.Desc {
	case "FUNCTION", "PROCEDURE":
		if d.any && d.connects(e, visit) {
			return true
		}
	case "SCHEMA":
		return false
	case "TABLE":
		// Reading a table does not evaluate its defaults and checks, but it does compute
		// its virtual columns.
		computed := schema.HasVirtualColumns(e.Definition)
		return slices.ContainsFunc(d.children[e.ID], visit) || computed && slices.ContainsFunc(e.Dependencies, visit)
	}
	return slices.ContainsFunc(e.Dependencies, visit)
}

// connects reports whether a routine's body may connect. visit does the same for the
// relations and routines that the body names.
func (d *dials) connects(e *archive.Entry, visit func(id int) bool) bool {
	language, words, ok := schema.RoutineWords(e.Definition)
	switch {
	case !ok, d.opaque, words["execute"]: // only the server sees the SQL that EXECUTE runs
		return true
	case language == "internal":
		return false
	case language != "sql" && language != "plpgsql" && language != "": // a routine whose body is not a string is SQL, but does not name the language
		return true
	}
	for name := range words {
		if strings.HasPrefix(name, "dblink") || strings.Contains(name, "_to_xml") || slices.ContainsFunc(d.byName[name], visit) {
			return true
		}
	}
	return false
}
