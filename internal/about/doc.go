// Package about has the commands about hectl itself: version, completion and man.
package about
