// Package ownfile opens, replaces and names files in folders where others may make
// files as well, such as /tmp: it follows no link that another user laid, waits for
// no pipe, and takes nothing that another user could have made, or could open.
package ownfile
