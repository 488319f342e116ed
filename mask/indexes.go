package mask

import (
	"slices"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// A row of a B-tree index has at most 2,704 bytes after compression, a third of a page
// (BTMaxItemSize in src/include/access/nbtree.h). A long text may fit because it compresses
// well, while fake text of the same length does not.
const (
	mostOfIndex = 2400 // bytes for all fake values of one index row
)

// roomUnder returns the maximum length in bytes of a fake value that fits the column's
// indexes; 0 means no limit. Both columns of a foreign key must stay equal, and the
// referenced one is in an index, so both are limited.
func (c *compiler) roomUnder(s *subject, col *schema.Column) int {
	room := 0
	less := func(n int) {
		if room == 0 || n < room {
			room = n
		}
	}
	for _, index := range s.table.Indexes {
		masked := 0
		for i := range s.table.Columns {
			if one := &s.table.Columns[i]; s.column(one.Name).masks() && inIndex(s.table, index, one.Name) {
				masked++
			}
		}
		if inIndex(s.table, index, col.Name) {
			less(min(methods.MostInColumn, mostOfIndex/max(1, masked)))
		}
	}
	for _, key := range s.table.ForeignKeys {
		if slices.Contains(key.Columns, col.Name) {
			less(methods.MostInColumn)
		}
	}
	return room
}

// inIndex reports whether an index contains a column or a value computed from it.
func inIndex(t *schema.Table, index schema.Index, name string) bool {
	for _, has := range slices.Concat(index.Columns, index.Include) {
		col := t.Column(has)
		if has == name || col != nil && col.Generated != schema.NotGenerated && slices.Contains(t.Uses(col.Formula), name) {
			return true
		}
	}
	return slices.ContainsFunc(index.Expressions, func(sql string) bool { return slices.Contains(t.Uses(sql), name) })
}

// indexable refuses a method for documents, hstores and text arrays in indexes that contain
// the whole value, because the masked value may be longer or compress less well.
func (c *compiler) indexable(s *subject, col *schema.Column, v verdict) bool {
	if slices.Contains([]string{"null", "value", "empty"}, v.spec.Name) || !grows(col.Type) {
		return true
	}
	for _, index := range s.table.Indexes {
		whole := slices.Contains(index.Include, col.Name) ||
			slices.Contains([]string{"btree", "brin", "spgist"}, index.Method) && slices.Contains(index.Columns, col.Name)
		if whole {
			c.add(v.at, label(s.table.Name)+"."+schema.Quote(col.Name), "use empty or a fixed value, or keep it",
				"it is in index %s, whose rows have room for 2704 bytes, and %s may make a long value longer", schema.Quote(index.Name), v.spec.Name)
			return false
		}
	}
	return true
}

// grows reports whether values of type t have parts that may become longer.
func grows(t schema.Type) bool {
	switch methods.KindOf(t) {
	case methods.JSON, methods.Hstore:
		return true
	case methods.Text, methods.Bytea, methods.Decimal:
		return t.Root().Array
	}
	return false
}

// computed reports expressions that may fail for masked columns, in indexes, their
// conditions and generated columns.
func (c *compiler) computed(s *subject) {
	for _, index := range s.table.Indexes {
		for _, sql := range append(slices.Clone(index.Expressions), index.Where) {
			c.compute(s, "index "+schema.Quote(index.Name), sql)
		}
	}
	for _, col := range s.table.Columns {
		if col.Generated == schema.NotGenerated {
			continue
		}
		what := "generated column " + schema.Quote(col.Name)
		c.compute(s, what, col.Formula)
		if length := col.Type.Length(); length > 0 {
			for _, name := range s.table.Uses(col.Formula) {
				if v := s.column(name); v.masks() && !s.wrong[name] {
					c.warn("%s.%s: hectl cannot tell whether %s still fits type %s after %s", label(s.table.Name), schema.Quote(name), what, col.Type.SQL, v.spec.Name)
				}
			}
		}
	}
}

func (c *compiler) compute(s *subject, what, sql string) {
	if sql == "" {
		return
	}
	for _, name := range s.table.Uses(sql) {
		v, col := s.column(name), s.table.Column(name)
		if !v.masks() || s.wrong[name] || slices.Contains([]string{"null", "digits"}, v.spec.Name) {
			continue
		}
		switch kind := methods.KindOf(col.Type); kind {
		case methods.Text, methods.JSON, methods.Hstore, methods.XML, methods.Bytea:
			if to := castFromText(sql); to != "" {
				c.complain(s, name, "keep it", "%s casts it to type %s (%s), and %s may make values that are not of that type", what, to, sql, v.spec.Name)
				s.wrong[name] = true
				continue
			}
		}
		if function := unknownFunction(sql); function != "" {
			c.warn("%s.%s: hectl cannot tell whether %s, which calls %s, can still be computed after %s", label(s.table.Name), schema.Quote(name), what, function, v.spec.Name)
		}
	}
}

// castFromText returns the first type in an expression's casts that is not a text type, or
// "" if there is none.
func castFromText(sql string) string {
	casts, err := schema.Casts(sql)
	if err != nil {
		return "unknown"
	}
	for _, to := range casts {
		n := to.Name
		isText := n.Schema == "" && slices.Contains([]string{"text", "character", "character varying", "bpchar", "citext", "name", "jsonb", "json", "regconfig", "tsvector", "unknown"}, n.Name)
		if !isText && n != (schema.Name{Schema: "public", Name: "citext"}) {
			return to.SQL
		}
	}
	return ""
}

// unknownFunction returns a function in an expression that could refuse a value, or "" if
// there is none.
func unknownFunction(sql string) string {
	calls, err := schema.Calls(sql)
	if err != nil {
		return "an unknown function"
	}
	for _, call := range calls {
		if call == (schema.Name{Schema: "public", Name: "unaccent"}) {
			continue
		}
		if call.Schema != "" {
			return call.String()
		}
		switch call.Name {
		case "lower", "upper", "initcap", "btrim", "ltrim", "rtrim", "trim", "md5", "sha256", "length", "char_length", "octet_length", "coalesce", "nullif", "to_tsvector", "setweight", "concat", "concat_ws",
			"substr", "substring", "left", "right", "reverse", "replace", "translate", "regexp_replace", "strpos", "position", "split_part", "starts_with", "unaccent", "hashtext", "abs",
			"date_part", "date_trunc", "extract", "greatest", "least", "jsonb_typeof", "array_length", "cardinality",
			"and", "or", "not", "in", "any", "all", "when", "then", "else", "case", "as", "from", "is", "like": // keywords
		default:
			return call.String()
		}
	}
	return ""
}
