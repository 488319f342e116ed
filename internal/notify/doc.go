// Package notify reports the outcome of a run over HTTP: to a program as JSON, to people
// on Slack, or to a service such as healthchecks.io, which raises an alarm if a run stays
// silent.
//
// The form of the URL selects what is sent:
//
//	https://HOST/…             webhook: the Report as JSON
//	https://hooks.slack.com/…  incoming webhook of Slack; slack+https:// for another host
//	https://hc-ping.com/…      healthchecks.io: a ping at the start, on success and on
//	                           failure; hc+https:// for another host
//	failure+…, success+…       only on failure, only on success
//
// Only exit code 0 is a success: a run with warnings needs attention.
//
// The path of such a URL is a secret. Messages of this package contain only its scheme
// and host, and no part of the server's answer, which may repeat the path. Redirects are
// not followed, because they could send the report to another server. A URL without TLS
// must be on this machine.
package notify
