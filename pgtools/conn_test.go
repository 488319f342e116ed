package pgtools

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestIsLocalAndIsRDS(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]struct{ local, rds bool }{
		"/tmp":                                   {true, false},
		"localhost":                              {true, false},
		"LocalHost.":                             {true, false},
		"db.localhost":                           {true, false},
		"127.0.0.1":                              {true, false},
		"127.8.9.1":                              {true, false},
		"::1":                                    {true, false},
		"::ffff:127.0.0.1":                       {true, false},
		"0.0.0.0":                                {false, false},
		"192.168.0.1":                            {false, false},
		"mylocalhost":                            {false, false},
		"localhost.example.com":                  {false, false},
		"127.0.0.1.example.com":                  {false, false},
		"he.abc.us-east-2.rds.amazonaws.com":     {false, true},
		"HE.abc.us-east-2.RDS.AmazonAWS.com.":    {false, true},
		"he.abc.rds.cn-north-1.amazonaws.com.cn": {false, true},
		"he.abc.cn-north-1.rds.amazonaws.com.cn": {false, true},
		"rds.amazonaws.com.example.com":          {false, false},
	} {
		c, err := resolveWith(Params{"host": host}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.IsLocal() != want.local || c.IsRDS() != want.rds {
			t.Errorf("%s: local %v, RDS %v", host, c.IsLocal(), c.IsRDS())
		}
	}
}

func TestRDSRegion(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"he.abc.us-east-2.rds.amazonaws.com":             "us-east-2",
		"HE.cluster-ro-abc.us-east-2.RDS.AmazonAWS.com.": "us-east-2",
		"he.proxy-abc.us-gov-west-1.rds.amazonaws.com":   "us-gov-west-1",
		"he.abc.rds.cn-northwest-1.amazonaws.com.cn":     "cn-northwest-1",
		"he.abc.cn-north-1.rds.amazonaws.com.cn":         "cn-north-1",
		"db.example.com":                                 "",
		"he.abc.us-east-2.rds.amazonaws.com.example.com": "",
		"127.0.0.1": "",
	} {
		c, err := resolveWith(Params{"host": host}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.RDSRegion(); got != want {
			t.Errorf("%s: %q, want %q", host, got, want)
		}
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	fingerprint := func(host, port, db string) string {
		c, err := resolveWith(Params{"host": host, "port": port, "dbname": db}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.Fingerprint()
	}
	base := fingerprint("db.example.com", "5432", "app")
	// Fingerprints are in manifests, so they must never change.
	if want := "45373b22a09edda7"; !strings.HasPrefix(base, want) || len(base) != 64 {
		t.Errorf("fingerprint %s, want %s…", base, want)
	}
	if fingerprint("DB.Example.com.", "5432", "app") != base {
		t.Error("case and root dot count")
	}
	for _, other := range []string{fingerprint("db2.example.com", "5432", "app"), fingerprint("db.example.com", "5433", "app"), fingerprint("db.example.com", "5432", "App")} {
		if other == base {
			t.Error("different databases have the same fingerprint")
		}
	}
}

func TestConnPrintsNoPassword(t *testing.T) {
	t.Parallel()
	c, err := resolveWith(Params{"host": "h", "user": "u", "password": "hunter2", "dbname": "d"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	type holder struct {
		Name string
		Conn Conn
		conn Conn
	}
	h := holder{"x", c, c}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "conn", c, "holder", h)
	asJSON, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{log.String(), string(asJSON), strings.Join(c.Args(), " ")}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{c, &c, h, &h, []Conn{c}, &DB{conn: c}} {
			texts = append(texts, fmt.Sprintf(verb, v))
		}
	}
	for _, s := range texts {
		if strings.Contains(s, "hunter2") || strings.Contains(s, "68756e74657232") {
			t.Error(s)
		}
	}
	if got := fmt.Sprintf("%v %q", c, c); got != `u@h:5432/d "u@h:5432/d"` {
		t.Error(got)
	}
}
