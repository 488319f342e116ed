package main

import (
	"context"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rubyforgood/hectl/test/pgtest"
)

// debian PASSWORD gives the script a local server as Debian's packages set one up,
// with a socket where psql finds it and this password of the role postgres, and the
// environment of an ordinary user: nothing names a database. The target is the
// application's, diaper_dev.
func cmdDebian(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: debian PASSWORD")
	}
	// The port is in the socket's name, so no other server has the same.
	server, err := pgtest.Start(context.Background(), pgtest.Options{
		Debian: true, Password: args[0], Conf: map[string]string{"unix_socket_directories": "/tmp"},
	})
	ts.Check(err)
	ts.Defer(func() { ts.Check(server.Stop()) })
	w := theWorld(ts)
	w.local, w.target = server, "diaper_dev"
	ts.Setenv("LOCAL", server.URI("postgres"))
	ts.Setenv("LOCAL_TARGET", server.URI(w.target))
	ts.Setenv("PREVIOUS", server.URI(w.target+"_previous"))
	ts.Setenv("TARGET_PORT", strconv.Itoa(server.Port()))
	ts.Setenv("TARGET_DB", w.target)
	ts.Setenv("HECTL_TARGET", "")
	ts.Setenv("HOME", ts.MkAbs("home"))
}
