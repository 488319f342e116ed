// Package dump finds dumps, opens them and checks them.
//
// A dump is an archive of pg_dump -Fc and its manifest, if it has one. It is in a bucket or
// a file, or arrives through a pipe:
//
//	find    Finder: the newest dump of a label, now or as of a time, or one by its
//	        key (find.go)
//	open    Object, File, Pipe: the head, and the offset of each block (open.go)
//	judge   CheckDefinitions: refuse statements that pg_dump does not write
//	        (definitions.go); Trust: does it count as masked? (trust.go)
//	check   Check reads every byte and reports all damage (check.go);
//	        VerifiedReader returns an error in place of io.EOF if the dump is damaged
//	        (verified.go)
//
// The package never writes to a database.
package dump
