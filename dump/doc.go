// Package dump finds dumps, opens them and checks them.
//
// A dump is an archive of pg_dump -Fc, and its manifest if there is one. It is in a
// bucket, in a file, or comes through a pipe:
//
//	find    Finder: the newest dump of a label, or one by its key (find.go)
//	open    Object, File, Pipe: the head, and where each block lies (open.go)
//	judge   CheckDefinitions: only statements that pg_dump writes (definitions.go);
//	        Trust: whether it counts as masked (trust.go)
//	check   Check reads every byte and reports all damage (check.go);
//	        VerifiedReader fails in place of the end if anything is wrong (verified.go)
//
// Nothing here writes to a database.
package dump
