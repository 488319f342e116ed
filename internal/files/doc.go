// Package files opens, locks and replaces files in folders where other users can
// also create files, such as /tmp.
//
// Open and OpenLocked follow no link, never wait for a pipe, and accept only a file that
// this user alone could have created and can open. Replace and Create write a temporary
// file in the same folder first, so readers see the old text or the new text, never a
// part. Unlinked creates a file that no other user can open. A lock is released when the
// file is closed or the process exits, however it exits, so a lock file that a killed run
// left behind locks nothing.
//
// google/renameio and gofrs/flock check neither the owner nor the mode of a file, and
// follow links.
package files
