package projectfiles

import "fmt"

// laravel returns the database of a Laravel application: that of its config, and
// without one that of the variables which Laravel's own config reads.
func (p Project) laravel() []Database {
	const file = "config/database.php"
	variables := p.variables("", ".env")
	if connection, ok := variables["DB_CONNECTION"]; ok && connection.Text != "" && !isPostgres(connection.Text) {
		return nil
	}
	source, ok := p.read(file)
	if !ok {
		if !isPostgres(variables["DB_CONNECTION"].Text) {
			return nil
		}
		get := func(name string) value { return fromVariable(variables, name) }
		return newDatabase(variables["DB_CONNECTION"].Origin, get("DB_DATABASE"), get("DB_HOST"), get("DB_PORT"), get("DB_USERNAME")).with(get("DB_URL"))
	}
	d := dict{lex(source, 1, php()), file, variables}.after("return", "connections")
	name := "pgsql"
	if used := d.value("default"); used.state == known && used.Text != "" {
		name = used.Text
	}
	d = d.within("connections").within(name)
	if driver := d.value("driver"); len(d.tokens) == 0 || driver.state == known && !isPostgres(driver.Text) {
		return nil
	}
	return newDatabase(fmt.Sprintf("%s (%s)", file, name), d.value("database"), d.value("host"), d.value("port"), d.value("username")).with(d.value("url"))
}

// with returns the database with what a URL says in place of it.
func (d Database) with(url value) []Database {
	if url.state == unknown {
		d.Reason = "its url cannot be told without running code"
	}
	if url.state == known && url.Text != "" {
		of, ok := parseURL(url.Part)
		if !ok {
			return nil
		}
		d.override(of)
	}
	return []Database{d}
}
