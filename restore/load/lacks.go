package load

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// lack is the reason why an entry cannot be restored unchanged.
type lack struct {
	entry   *archive.Entry
	why     string
	hint    string // how to make it available; "" for none
	instead string // an equivalent definition that can be restored
	missing bool   // the object is not installed on the server
	bound   bool   // no restored database can contain it
	matters bool   // the application may notice
}

// surroundings describe a server and the rights of a role there.
type surroundings struct {
	host       string
	server     pgtools.Version
	build      string // result of version()
	role       string
	super      bool
	roles      []string
	extensions map[string]pgtools.Extension
	unloaded   []string          // label providers of the dump that the server has not loaded
	libraries  []string          // missing libraries of C functions
	locales    map[string]string // errors, by the definition of a collation
}

// look finds out which requirements of the dump the server meets. It changes nothing.
func look(ctx context.Context, admin *pgtools.DB, h *archive.Head) (s surroundings, err error) {
	s = surroundings{host: admin.Conn().Host(), server: admin.ServerVersion(), locales: map[string]string{}}
	if s.extensions, err = admin.AvailableExtensions(ctx); err != nil {
		return s, err
	}
	err = admin.QueryRow(ctx, `
		SELECT rolname::text, rolsuper, version(), ARRAY(SELECT rolname::text FROM pg_catalog.pg_roles)
		FROM pg_catalog.pg_roles WHERE rolname = current_user`).Scan(&s.role, &s.super, &s.build, &s.roles)
	if err != nil {
		return s, fmt.Errorf("look up the role's rights: %w", err)
	}
	for e := range h.All() {
		switch e.Desc {
		case "SECURITY LABEL":
			for _, name := range schema.LabelProviders(e.Definition) {
				if slices.Contains(s.unloaded, name) {
					continue
				}
				loaded, err := admin.LabelProviderLoaded(ctx, name)
				if err != nil {
					return s, err
				}
				if !loaded {
					s.unloaded = append(s.unloaded, name)
				}
			}
		case "FUNCTION", "PROCEDURE":
			if lib := library(e); lib != "" && s.super && !slices.Contains(s.libraries, lib) {
				missing, err := admin.LibraryMissing(ctx, lib)
				if err != nil {
					return s, err
				}
				if missing {
					s.libraries = append(s.libraries, lib)
				}
			}
		case "COLLATION":
			if c, ok := schema.CollationOf(e.Definition); ok {
				if err := admin.TryCollation(ctx, c.Options); err != nil {
					s.locales[c.Options] = err.Error()
				}
			}
		}
	}
	return s, nil
}

// library returns the library file of a C function, "" for any other function.
func library(e *archive.Entry) string {
	if o := schema.RoutineOptionsOf(e.Definition); o.Language == "c" {
		return o.Library
	}
	return ""
}

// lack returns the reason why an entry cannot be restored unchanged, if there is one.
func (s surroundings) lack(e *archive.Entry, byID map[int]*archive.Entry) (l lack, is bool) {
	l = lack{entry: e}
	switch e.Desc {
	case "EXTENSION":
		return s.lackExtension(l)
	case "SECURITY LABEL":
		var missing []string
		l.instead = schema.WithoutLabels(e.Definition, func(provider string) bool {
			unloaded := slices.Contains(s.unloaded, provider)
			if unloaded && !slices.Contains(missing, provider) {
				missing = append(missing, provider)
			}
			return unloaded
		})
		l.why = fmt.Sprintf("%s has not loaded the provider %s", s.host, strings.Join(missing, ", "))
		return l, len(missing) > 0
	case "POLICY":
		return s.lackRoles(l)
	case "COLLATION":
		c, _ := schema.CollationOf(e.Definition)
		if l.why = s.locales[c.Options]; l.why == "" {
			return l, false
		}
		l.matters = true
		if c.Locale != "" && c.Provider != "icu" {
			l.hint = pgtools.LocaleHint(c.Locale)
		}
		return l, true
	case "FUNCTION", "PROCEDURE":
		if lib := library(e); lib != "" && slices.Contains(s.libraries, lib) {
			l.why, l.matters = fmt.Sprintf("%s does not have the library %s", s.host, lib), true
			l.hint = "install the package of " + lib + " on the server"
			return l, true
		}
	case "PUBLICATION":
		if s.server.Major < 19 && (schema.Says(e.Definition, "all sequences") || schema.Says(e.Definition, "for all tables except")) {
			l.why = fmt.Sprintf("PostgreSQL %d does not support its kind of publication", s.server.Major)
			return l, true
		}
	case "PUBLICATION TABLES IN SCHEMA":
		for _, id := range e.Dependencies {
			if p := byID[id]; p != nil && p.Desc == "PUBLICATION" && !s.super {
				l.entry, l.why = p, s.superuserOnly()
				return l, true
			}
		}
	}
	if s.super || !needsSuperuser(e) {
		return l, false
	}
	l.why, l.matters = s.superuserOnly(), e.Desc != "PUBLICATION"
	l.hint = "restore as a superuser: name one in the target, as in --target postgres://postgres@" + s.host + "/DATABASE"
	return l, true
}

// statisticsSince returns the first version that can restore the statistics in an
// entry; 0 for entries of other kinds.
func statisticsSince(e *archive.Entry) int {
	switch e.Desc {
	case "STATISTICS DATA":
		return 18
	case "EXTENDED STATISTICS DATA":
		return 19
	}
	return 0
}

// noLiterals returns a problem if the server no longer supports the syntax of the
// string literals in a dump, nil otherwise.
func noLiterals(h *archive.Head, server pgtools.Version) error {
	if on, said := h.StandardStrings(); on || !said || server.Major < 19 {
		return nil
	}
	return fault.New(fault.Failed, `dump the database again with PGOPTIONS="-c standard_conforming_strings=on" in the environment, or restore the dump into PostgreSQL 18 or older`,
		"the dump was made with standard_conforming_strings = off, which PostgreSQL %d does not have", server.Major)
}

func (s surroundings) superuserOnly() string {
	return fmt.Sprintf("only a superuser may create it, and %s is not one", s.role)
}

func needsSuperuser(e *archive.Entry) bool {
	switch e.Desc {
	case "EVENT TRIGGER", "ACCESS METHOD", "FOREIGN DATA WRAPPER", "OPERATOR CLASS", "OPERATOR FAMILY",
		"TEXT SEARCH TEMPLATE", "TEXT SEARCH PARSER", "SHELL TYPE":
		return true
	case "PROCEDURAL LANGUAGE":
		return e.Tag != "plpgsql"
	case "PUBLICATION":
		return schema.Says(e.Definition, "for all tables") || schema.Says(e.Definition, "for all sequences")
	case "TYPE":
		return schema.IsBaseType(e.Definition)
	case "CAST":
		return schema.Says(e.Definition, "without function")
	case "FUNCTION", "PROCEDURE":
		o := schema.RoutineOptionsOf(e.Definition)
		return o.Language == "c" || o.Language == "internal" || o.Leakproof
	}
	return false
}

func (s surroundings) lackExtension(l lack) (lack, bool) {
	name := l.entry.Tag
	x, there := s.extensions[name]
	switch {
	case name == "pg_cron": // a setting of the server names the only database that can have it
		l.why, l.bound = "only one database of a server can have it, and a new database cannot be that one", true
	case !there:
		l.why, l.missing = fmt.Sprintf("%s does not have it, and nothing else in the dump refers to it", s.host), true
		l.hint = s.install(name)
	case x.Superuser && !s.super:
		l.why = s.superuserOnly()
		l.hint = "restore as a superuser: name one in the target, as in --target postgres://postgres@" + s.host + "/DATABASE"
	default:
		return l, false
	}
	return l, true
}

// packagesOf returns the packages of an extension that does not come with the server:
// for Debian and Ubuntu, where %d is the major version, and for Homebrew.
func packagesOf(extension string) (p struct{ debian, homebrew string }) {
	return map[string]struct{ debian, homebrew string }{
		"postgis":          {"postgresql-%d-postgis-3", "postgis"},
		"postgis_raster":   {"postgresql-%d-postgis-3", "postgis"},
		"postgis_topology": {"postgresql-%d-postgis-3", "postgis"},
		"vector":           {"postgresql-%d-pgvector", "pgvector"},
		"pg_partman":       {"postgresql-%d-partman", "pg_partman"},
		"pgaudit":          {"postgresql-%d-pgaudit", ""},
		"pg_repack":        {"postgresql-%d-repack", ""},
		"hll":              {"postgresql-%d-hll", ""},
		"hypopg":           {"postgresql-%d-hypopg", ""},
		"ip4r":             {"postgresql-%d-ip4r", ""},
		"rum":              {"postgresql-%d-rum", ""},
		"semver":           {"postgresql-%d-semver", ""},
		"pgtap":            {"postgresql-%d-pgtap", ""},
		"plperl":           {"postgresql-plperl-%d", ""},
		"plperlu":          {"postgresql-plperl-%d", ""},
		"plpython3u":       {"postgresql-plpython3-%d", ""},
		"pltcl":            {"postgresql-pltcl-%d", ""},
		"pltclu":           {"postgresql-pltcl-%d", ""},
	}[extension]
}

// install returns the hint for installing an extension on the server.
func (s surroundings) install(name string) string {
	p := packagesOf(name)
	switch {
	case strings.Contains(s.build, "apple") && p.homebrew != "":
		return "brew install " + p.homebrew
	case p.debian != "" && (strings.Contains(s.build, "Debian") || strings.Contains(s.build, "Ubuntu")):
		return "sudo apt-get install " + fmt.Sprintf(p.debian, s.server.Major)
	}
	return fmt.Sprintf("install the extension %s for PostgreSQL %d on the server", name, s.server.Major)
}

// lackRoles removes roles that do not exist on the server from a policy. A policy that
// has only such roles applies to no role here. Leaving it out neither grants nor
// revokes rights, because row security stays on.
func (s surroundings) lackRoles(l lack) (lack, bool) {
	edited, have, miss := schema.WithoutRoles(l.entry.Definition, func(role string) bool {
		return !slices.Contains(s.roles, l.entry.Text(role))
	})
	if len(miss) == 0 {
		return l, false
	}
	roles := "role " + miss[0] + ", which"
	if len(miss) > 1 {
		roles = "roles " + strings.Join(miss, ", ") + ", which"
	}
	roles = l.entry.Text(roles)
	l.instead = edited
	l.why = fmt.Sprintf("it is for the %s %s does not have: create the role with CREATE ROLE to keep the policy; row security stays on", roles, s.host)
	if len(have) > 0 {
		l.why = fmt.Sprintf("it is also for the %s %s does not have, and is restored for %s", roles, s.host, l.entry.Text(strings.Join(have, ", ")))
	}
	return l, true
}
