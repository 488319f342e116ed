package load

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// LeftOut is an object of a dump that a restore leaves out.
type LeftOut struct {
	Kind string   `json:"kind"` // kind, as for --without
	Name string   `json:"name"`
	Why  string   `json:"why"`
	With []string `json:"with,omitempty"` // dependent objects that are also left out
	// Matters reports that the application may notice, so the user should check.
	Matters bool `json:"matters"`
	Asked   bool `json:"-"` // requested by --without or hectl.yml
}

// String describes l in one line.
func (l LeftOut) String() string {
	line := fmt.Sprintf("%s %s: %s", strings.ReplaceAll(l.Kind, "-", " "), l.Name, l.Why)
	if len(l.With) > 0 {
		line += "; this also leaves out " + text.List(l.With, 5)
	}
	return line
}

// leaveOut leaves out the entries of a dump that the server cannot create or that the user
// does not want. It leaves out objects that other objects need only if the user asked for
// that. It never leaves out a table whose rows are to be restored. All other cases are
// problems, with hints.
func (o Options) leaveOut(ctx context.Context, admin *pgtools.DB, d *dump.Dump) (left []LeftOut, problems []error, err error) {
	found, err := look(ctx, admin, d.Head)
	if err != nil {
		return nil, nil, err
	}
	om := omitter{d: d, host: admin.Conn().Host(), takesRows: o.Tables.Takes, byID: d.Head.ByID(), needs: needs(d.Head), lacks: map[int]lack{}}
	for e := range d.Head.All() {
		if found.server.Major < statisticsSince(e) {
			d.Edits.Drop(e) // the restore runs ANALYZE instead
		}
		if l, is := found.lack(e, om.byID); is {
			om.lacks[l.entry.ID] = l
		}
	}
	om.omitAsked(o.Without)
	om.omitLacking()
	om.name()
	return om.left, om.problems, nil
}

// omitter decides which entries of one dump are left out.
type omitter struct {
	d         *dump.Dump
	host      string
	takesRows func(*archive.Entry) bool
	needs     map[int][]*archive.Entry // the entries that need an entry, by its ID
	lacks     map[int]lack             // reasons, by the ID of an entry

	byID     map[int]*archive.Entry
	left     []LeftOut
	noted    map[[2]string]*noted // groups, by kind and reason
	problems []error
}

// noted is the group of objects of one kind that are left out for one reason: its index
// in omitter.left, and their names.
type noted struct {
	at    int
	names []string
	known map[string]bool
}

// mostProblems limits the problems that are searched for and reported.
const mostProblems = 100

// needs returns the entries that need each entry, by its ID. Rows of an extension's own
// tables need the extension, because a dump does not define those tables.
func needs(h *archive.Head) map[int][]*archive.Entry {
	byID := h.ByID()
	guess := extensionsOf(h)
	found := map[int][]*archive.Entry{}
	add := func(id int, e *archive.Entry) {
		if known := found[id]; len(known) == 0 || known[len(known)-1] != e {
			found[id] = append(known, e)
		}
	}
	for e := range h.All() {
		orphan := false
		for _, id := range e.Dependencies {
			if byID[id] == nil {
				orphan = true
			} else {
				add(id, e)
			}
		}
		if orphan {
			if x := guess.of(e.Namespace); x != nil {
				add(x.ID, e)
			}
		}
	}
	return found
}

// extensions guesses the extension of an entry whose table the dump does not define.
// It caches its guesses, because a hostile dump may have any number of entries.
type extensions struct {
	all      []*archive.Entry
	inSchema map[string][]*archive.Entry // extensions, by the name of the schema
	known    map[string]*archive.Entry   // guessed extensions, by the name of the schema
}

// mostExtensions limits the extensions that are compared by name. Postgres comes with
// about 50, and hosting providers add about as many.
const mostExtensions = 1000

func extensionsOf(h *archive.Head) *extensions {
	x := &extensions{inSchema: map[string][]*archive.Entry{}, known: map[string]*archive.Entry{}}
	for e := range h.All() {
		if e.Desc != "EXTENSION" {
			continue
		}
		x.all = append(x.all, e)
		if name := schema.ExtensionSchema(e.Definition); name != "" {
			x.inSchema[name] = append(x.inSchema[name], e)
		}
	}
	return x
}

// of guesses the extension from the name of the schema, or else from the schema of each
// extension. It returns nil if neither gives a unique answer.
func (x *extensions) of(namespace string) *archive.Entry {
	e, known := x.known[namespace]
	if !known {
		e = x.guess(namespace)
		x.known[namespace] = e
	}
	return e
}

func (x *extensions) guess(namespace string) *archive.Entry {
	if len(x.all) == 0 || len(x.all) > mostExtensions {
		return nil
	}
	var named []*archive.Entry
	for _, e := range x.all {
		if len(namespace) >= 4 && namespace != "public" && strings.Contains(e.Tag, namespace) {
			named = append(named, e)
		}
	}
	inSchema := x.inSchema[namespace]
	switch {
	case len(named) == 1:
		return named[0]
	case len(named) == 0 && len(inSchema) == 1:
		return inSchema[0]
	}
	return nil
}

// closure returns root and all entries that need it, directly or indirectly.
func (o *omitter) closure(root *archive.Entry) []*archive.Entry {
	seen := map[int]bool{root.ID: true}
	todo := []*archive.Entry{root}
	for i := 0; i < len(todo); i++ {
		for _, e := range o.needs[todo[i].ID] {
			// An entry was left out together with the entries that need it.
			if !seen[e.ID] && !o.d.Edits.Drops(e) {
				seen[e.ID] = true
				todo = append(todo, e)
			}
		}
	}
	return todo
}

// about reports whether an entry only describes another object.
func about(e *archive.Entry) bool {
	return slices.Contains([]string{"COMMENT", "ACL", "DEFAULT ACL", "SECURITY LABEL", "PUBLICATION TABLE", "PUBLICATION TABLES IN SCHEMA"}, e.Desc)
}

// ofMember reports whether an entry may belong to a table of an extension.
func ofMember(e *archive.Entry) bool {
	return slices.Contains([]string{"TABLE DATA", "SEQUENCE SET", "POLICY", "ROW SECURITY", "INDEX", "TRIGGER", "RULE"}, e.Desc)
}

// attached reports whether e, which needs root, belongs to root alone.
func (o *omitter) attached(root, e *archive.Entry) bool {
	if about(e) {
		return true
	}
	return root.Desc == "EXTENSION" && ofMember(e) &&
		!slices.ContainsFunc(e.Dependencies, func(id int) bool { return id != root.ID && o.byID[id] != nil })
}

// omitAsked leaves out the objects that the user named, and all entries that need them.
func (o *omitter) omitAsked(w Without) {
	for root := range o.d.Head.All() {
		if !w.takes(root) || o.d.Edits.Drops(root) || len(o.problems) >= mostProblems {
			continue
		}
		all := o.closure(root)
		if rows := o.rows(root, all); len(rows) > 0 {
			o.problems = append(o.problems, fault.New(fault.Failed,
				"leave out those rows as well: "+excludes(rows),
				"leaving out the %s would also leave out tables with rows: %s", object(root), text.List(names(rows), 5)))
			continue
		}
		with := o.drop(root, all)
		if !about(root) || root.Desc == "SECURITY LABEL" {
			o.left = append(o.left, LeftOut{Kind: kindOf(root.Desc), Name: objectName(root), Why: "as requested", With: with, Asked: true})
		}
	}
}

// omitLacking leaves out the objects that the server cannot create and that no other
// object needs.
func (o *omitter) omitLacking() {
	blocked := map[int]bool{} // entries of a problem that is already reported
	for root := range o.d.Head.All() {
		l, is := o.lacks[root.ID]
		if !is || o.d.Edits.Drops(root) {
			continue
		}
		if l.instead != "" {
			o.d.Edits.Redefine(root, l.instead)
			o.note(root, l, nil)
			continue
		}
		if blocked[root.ID] || len(o.problems) >= mostProblems {
			continue // part of a problem that is already reported
		}
		all := o.closure(root)
		needing := slices.DeleteFunc(slices.Clone(all[1:]), func(e *archive.Entry) bool {
			_, lacks := o.lacks[e.ID]
			return lacks || o.attached(root, e) || o.d.Edits.Drops(e) || e.Desc == "EXTENSION"
		})
		if len(needing) == 0 {
			o.note(root, l, o.drop(root, all))
			continue
		}
		o.problems = append(o.problems, o.problem(root, l, all, needing))
		for _, e := range all {
			blocked[e.ID] = true
		}
	}
}

// note records an object that is left out. Objects of one kind that are left out for
// one reason are reported together.
func (o *omitter) note(root *archive.Entry, l lack, with []string) {
	key := [2]string{kindOf(root.Desc), l.why}
	n := o.noted[key]
	if n == nil {
		if o.noted == nil {
			o.noted = map[[2]string]*noted{}
		}
		n = &noted{at: len(o.left), known: map[string]bool{}}
		o.noted[key] = n
		o.left = append(o.left, LeftOut{Kind: key[0], Why: l.why})
	}
	if name := objectName(root); !n.known[name] {
		n.known[name] = true
		n.names = append(n.names, name)
	}
	left := &o.left[n.at]
	left.With = append(left.With, with...)
	left.Matters = left.Matters || l.matters || slices.ContainsFunc(with, func(s string) bool { return !l.bound && strings.HasPrefix(s, "the rows of ") })
}

// name sets the names of the groups that note collected.
func (o *omitter) name() {
	for _, n := range o.noted {
		o.left[n.at].Name = strings.Join(n.names, ", ")
	}
}

// problem returns the error for an object that the server cannot create but others
// need, with hints.
func (o *omitter) problem(root *archive.Entry, l lack, all, needing []*archive.Entry) error {
	need := fmt.Sprintf("the dump needs the %s: %s", object(root), l.why)
	if root.Desc == "EXTENSION" && l.missing {
		need = fmt.Sprintf("the dump needs the extension %s, which %s does not have", root.Tag, o.host)
	}
	hint := "or leave it out: --without " + fault.ShellQuote(omissionOf(root))
	if rows := o.rows(root, all); len(rows) > 0 {
		hint += " " + excludes(rows)
	}
	hint += "; this also leaves out " + text.List(objects(needing), 5)
	return fault.Wrap(fault.Failed, l.hint, fault.New(fault.Failed, hint, "%s", need))
}

// rows returns the entries among all whose rows are to be restored.
func (o *omitter) rows(root *archive.Entry, all []*archive.Entry) (rows []*archive.Entry) {
	for _, e := range all {
		if e.Desc == "TABLE DATA" && !o.attached(root, e) && o.takesRows(e) && !o.d.Edits.Drops(e) {
			rows = append(rows, e)
		}
	}
	return rows
}

// drop leaves entries out. It returns the names of all except root and the entries that
// only describe an object.
func (o *omitter) drop(root *archive.Entry, all []*archive.Entry) (with []string) {
	for _, e := range all {
		if o.d.Edits.Drops(e) {
			continue
		}
		o.d.Edits.Drop(e)
		switch {
		case e == root, about(e), e.Desc == "SEQUENCE SET":
		case e.Desc == "TABLE DATA":
			if o.takesRows(e) {
				with = append(with, "the rows of "+e.DisplayName())
			}
		default:
			with = append(with, object(e))
		}
	}
	return with
}

// object returns the display name of an entry: "table public.users".
func object(e *archive.Entry) string {
	return strings.ToLower(e.Desc) + " " + objectName(e)
}

func objectName(e *archive.Entry) string {
	namespace, tag := e.Names()
	if namespace == "" || e.Desc == "SECURITY LABEL" || strings.HasPrefix(e.Desc, "PUBLICATION") {
		return tag
	}
	return namespace + "." + tag
}

func objects(entries []*archive.Entry) (texts []string) {
	for _, e := range entries {
		if e.Desc != "TABLE DATA" && e.Desc != "SEQUENCE SET" {
			texts = append(texts, object(e))
		}
	}
	return texts
}

func names(entries []*archive.Entry) (texts []string) {
	for _, e := range entries {
		texts = append(texts, e.DisplayName())
	}
	return texts
}

// excludes returns the flags that leave rows out.
func excludes(rows []*archive.Entry) string {
	var flags []string
	for _, e := range rows {
		flags = append(flags, "--exclude-table-data "+fault.ShellQuote(schema.Quote(nameOf(e).Schema)+"."+schema.Quote(nameOf(e).Name)))
	}
	return strings.Join(flags, " ")
}
