package projectfiles

import "fmt"

// laravel returns the database in config/database.php of a Laravel application. Without
// that file, it reads the variables that Laravel's default configuration uses.
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
		return newDatabase(variables["DB_CONNECTION"].Origin, get("DB_DATABASE"), get("DB_HOST"), get("DB_PORT"), get("DB_USERNAME")).applyURL(get("DB_URL"))
	}
	d := dict{lex(source, 1, php()), file, variables}.after("return", "connections")
	name := "pgsql"
	if used := d.value("default"); used.state == known && used.Text != "" {
		name = used.Text
	}
	d = d.child("connections").child(name)
	if driver := d.value("driver"); len(d.tokens) == 0 || driver.state == known && !isPostgres(driver.Text) {
		return nil
	}
	return newDatabase(fmt.Sprintf("%s (%s)", file, name), d.value("database"), d.value("host"), d.value("port"), d.value("username")).applyURL(d.value("url"))
}

// applyURL returns the database, with the parts of url in place of its own parts.
func (d Database) applyURL(url value) []Database {
	if url.state == unknown {
		d.Reason = "its URL depends on code, which hectl does not run"
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
