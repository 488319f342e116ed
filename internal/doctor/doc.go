// Package doctor contains "hectl doctor", which checks the requirements of the other
// commands.
//
// It checks settings, client tools, credentials and buckets itself. Packages backup and
// restore check databases and dumps, through the interfaces Backups and Fetches.
package doctor
