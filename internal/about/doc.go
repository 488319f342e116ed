// Package about contains the commands about hectl itself: version, completion and man.
package about
