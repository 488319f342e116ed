// Package notify tells others over HTTP how a run ended: a program by the
// result as JSON, people by a Slack channel, and a service such as
// healthchecks.io, which raises the alarm when it hears nothing.
//
// The URL says who is told what:
//
//	https://HOST/…             a webhook: the Report as JSON
//	https://hooks.slack.com/…  Slack's incoming webhooks; slack+https:// elsewhere
//	https://hc-ping.com/…      healthchecks.io: a ping at the start, on success,
//	                           and on failure; hc+https:// elsewhere
//	failure+…, success+…       only then
//
// Success is exit code 0 and nothing else: a run that ended with a warning needs
// a person.
//
// The path of such a URL is its password. No message of this package holds more
// than scheme and host; nothing that a server answers is repeated, since it may
// repeat the path; redirects are not followed, for they could lead the report
// elsewhere; and without TLS only this machine is told.
package notify
