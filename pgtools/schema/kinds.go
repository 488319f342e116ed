package schema

// kindOf describes the entries of one kind, as pg_dump 12 to 19 writes them, by patterns
// for their statements. A pattern consists of keywords, symbols, and
//
//	@       a name, with or without a schema
//	lit     a string; 'a' is the string a
//	num     a number
//	[a|b]   one of the words, or none; a+b are two words
//	<a|b>   one of the words
//	!as     the word "as" does not follow outside parentheses
//	$       the end; without it, anything may follow
type kindOf struct {
	first []string // beginnings of the one statement that creates the object
	more  []string // beginnings of any number of statements after or instead of first
	body  bool     // a statement may contain others, between BEGIN ATOMIC and END
}

// kinds returns the known kinds of entries. For an unknown kind, see judge.unknown.
//
//nolint:funlen // a table
func kinds() map[string]kindOf {
	// Statements that may follow the definition of a table, a view or a similar object.
	aboutTables := []string{
		"alter [foreign] table [only] @ alter column @ <set|add|options|drop>",
		"alter [foreign] table [only] @ add <constraint|not>",
		"alter table [only] @ replica identity <nothing|full> $",
		"alter table [only] @ force row level security $",
		"alter table [only] @ attach partition @ <for|default>", // up to version 13
		"alter <table|view|materialized+view> @ depends on extension @ $",
	}

	// Statements that may follow an index or a key.
	aboutIndexes := []string{
		"alter [materialized] <table|view> [only] @ cluster on @ $",
		"alter table [only] @ replica identity using index @ $",
		"alter index @ alter column num set statistics num $",
		"alter index @ depends on extension @ $",
	}

	aboutTriggers := []string{
		"alter [foreign] table [only] @ <enable+replica|enable+always|enable|disable> trigger @ $",
		"alter trigger @ on @ depends on extension @ $",
	}

	aboutRoutines := []string{"alter <function|procedure|aggregate|routine> @ ("}

	privileges := []string{
		"<grant|revoke>", "alter default privileges",
		"set session authorization", "reset session authorization $",
	}

	return map[string]kindOf{
		// Not restored: the database itself, privileges, subscriptions.
		"DATABASE":            {first: []string{"create database @"}, more: []string{"alter database @"}},
		"DATABASE PROPERTIES": {more: []string{"alter database @", "alter role @ in database @ set", "update pg_catalog . pg_database set datistemplate"}},
		"ACL":                 {more: privileges},
		"ACL LANGUAGE":        {more: privileges},
		"DEFAULT ACL":         {more: privileges},
		"SUBSCRIPTION":        {first: []string{"create subscription @"}},
		// For any object.
		"COMMENT":        {first: []string{"comment on"}},
		"SECURITY LABEL": {more: []string{"security label"}},
		// Restored before the rows.
		"SCHEMA":                    {first: []string{"create schema @ $"}},
		"EXTENSION":                 {first: []string{"create extension [if+not+exists] @ with schema @ $", "create extension [if+not+exists] @ $"}},
		"PROCEDURAL LANGUAGE":       {first: []string{"create [or+replace] [trusted] [procedural] language @"}},
		"SHELL TYPE":                {first: []string{"create type @ $"}},
		"TYPE":                      {first: []string{"create type @"}},
		"DOMAIN":                    {first: []string{"create domain @ as"}},
		"FUNCTION":                  {first: []string{"create [or+replace] function @ ("}, more: aboutRoutines, body: true},
		"PROCEDURE":                 {first: []string{"create [or+replace] procedure @ ("}, more: aboutRoutines, body: true},
		"AGGREGATE":                 {first: []string{"create aggregate @ ("}, more: aboutRoutines},
		"CAST":                      {first: []string{"create cast ("}},
		"TRANSFORM":                 {first: []string{"create transform for"}},
		"OPERATOR":                  {first: []string{"create operator"}},
		"OPERATOR CLASS":            {first: []string{"create operator class @"}},
		"OPERATOR FAMILY":           {first: []string{"create operator family @ using @ $"}, more: []string{"alter operator family @ using @ add"}},
		"ACCESS METHOD":             {first: []string{"create access method @"}},
		"COLLATION":                 {first: []string{"create collation @"}},
		"CONVERSION":                {first: []string{"create [default] conversion @"}},
		"TEXT SEARCH PARSER":        {first: []string{"create text search parser @"}},
		"TEXT SEARCH DICTIONARY":    {first: []string{"create text search dictionary @"}},
		"TEXT SEARCH TEMPLATE":      {first: []string{"create text search template @"}},
		"TEXT SEARCH CONFIGURATION": {first: []string{"create text search configuration @"}, more: []string{"alter text search configuration @ add mapping for"}},
		"FOREIGN DATA WRAPPER":      {first: []string{"create foreign data wrapper @"}},
		"SERVER":                    {first: []string{"create server @"}},
		"FOREIGN SERVER":            {first: []string{"create server @"}},
		"USER MAPPING":              {first: []string{"create user mapping for"}},
		"TABLE":                     {first: []string{"create [unlogged] table @ !as <(|of>"}, more: aboutTables},
		"FOREIGN TABLE":             {first: []string{"create foreign table @ !as <(|of|partition>"}, more: aboutTables},
		"VIEW":                      {first: []string{"create [recursive] view @"}, more: append([]string{"alter view @ alter column @ set default"}, aboutTables...)},
		"MATERIALIZED VIEW":         {first: []string{"create materialized view @"}, more: append(aboutIndexes[:1:1], aboutTables...)},
		"SEQUENCE": {
			first: []string{"create [unlogged] sequence @", "alter [foreign] table [only] @ alter column @ add generated"},
			more:  []string{"alter sequence @ set <logged|unlogged> $"},
		},
		"SEQUENCE OWNED BY": {first: []string{"alter sequence @ owned by @ $"}},
		"DEFAULT":           {first: []string{"alter [foreign] <table|view> [only] @ alter column @ set default"}},
		"TABLE ATTACH":      {first: []string{"alter table [only] @ attach partition @"}},
		// The rows.
		"TABLE DATA":               {},
		"BLOBS":                    {},
		"BLOB":                     {first: []string{"select pg_catalog . lo_create ( lit ) $"}},
		"SEQUENCE SET":             {first: []string{"select pg_catalog . setval ( lit , num , <true|false> ) $"}},
		"STATISTICS DATA":          {more: []string{"select * from pg_catalog . <pg_restore_relation_stats|pg_restore_attribute_stats> ("}},
		"EXTENDED STATISTICS DATA": {more: []string{"select * from pg_catalog . pg_restore_extended_stats ("}},
		// Restored after the rows.
		"INDEX":                        {first: []string{"create [unique] index @ on [only] @ using"}, more: aboutIndexes},
		"INDEX ATTACH":                 {first: []string{"alter index @ attach partition @ $"}},
		"STATISTICS":                   {first: []string{"create statistics @"}, more: []string{"alter statistics @ set statistics num $"}},
		"CONSTRAINT":                   {first: []string{"alter [foreign] table [only] @ add constraint @", "alter domain @ add constraint @"}, more: aboutIndexes},
		"CHECK CONSTRAINT":             {first: []string{"alter [foreign] table [only] @ add constraint @ check (", "alter domain @ add constraint @"}},
		"FK CONSTRAINT":                {first: []string{"alter [foreign] table [only] @ add constraint @ foreign key ("}},
		"TRIGGER":                      {first: []string{"create [constraint] trigger @"}, more: aboutTriggers},
		"EVENT TRIGGER":                {first: []string{"create event trigger @ on"}, more: []string{"alter event trigger @ <enable+replica|enable+always|enable|disable> $"}},
		"RULE":                         {first: []string{"create [or+replace] rule @ as on", "create or replace view @"}, more: []string{"alter <table|view> [only] @ <enable+replica|enable+always|enable|disable> rule @ $"}},
		"POLICY":                       {first: []string{"create policy @ on @"}},
		"ROW SECURITY":                 {first: []string{"alter table [only] @ enable row level security $"}},
		"PUBLICATION":                  {first: []string{"create publication @"}},
		"PUBLICATION TABLE":            {first: []string{"alter publication @ add table only @", "alter publication @ add table @"}},
		"PUBLICATION TABLES IN SCHEMA": {first: []string{"alter publication @ add tables in schema @ $"}},
		"MATERIALIZED VIEW DATA":       {first: []string{"refresh materialized view @ $"}},
		"PRE-DATA BOUNDARY":            {},
		"POST-DATA BOUNDARY":           {},
	}
}

// beginsQuery reports whether a word begins a statement that is allowed in the body of
// a routine.
func beginsQuery(word string) bool {
	switch word {
	case "select", "insert", "update", "delete", "merge", "values", "with", "return", "(", "table":
		return true
	}
	return false
}

// isClusterWide reports whether objects of a kind belong to the whole server.
func isClusterWide(kind string) bool {
	switch kind {
	case "database", "role", "user", "group", "tablespace":
		return true
	}
	return false
}
