// Package oracle contains a test that restores one dump twice, once with hectl and once
// with plain serial pg_restore, and compares everything that SQL can see of the two
// databases.
//
// The databases are those in testdata and test/demodata, and random ones: a seed makes
// the same schema every time (generate_test.go). "make test" runs a few of them, "make
// test-oracle" all of them and 200 random ones with 1, 2 and 8 jobs. CONTRIBUTING.md
// explains how to replay one.
//
// It also dumps random databases, changes them and dumps them again, and compares the
// refresh of a snapshot with a fetch of the whole second dump (refresh_test.go).
//
// differences_test.go lists what may differ, with reasons.
package oracle
