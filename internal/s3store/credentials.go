package s3store

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/rubyforgood/hectl/internal/fault"
)

const (
	credentialTimeout = 5 * time.Second
	// A credential_process may open a browser or wait for a fingerprint. The SDK also
	// allows it a minute.
	processTimeout = time.Minute
)

// credentialSource is the SDK's chain with a time limit and with *credentialError as
// errors.
type credentialSource struct {
	next    aws.CredentialsProvider // caches the credentials
	timeout time.Duration
	from    origin
	worked  atomic.Bool
}

func newCredentialSource(cfg aws.Config, given Config) *credentialSource {
	c := &credentialSource{next: cfg.Credentials, timeout: credentialTimeout, from: originOf(cfg, given.Profile)}
	if given.Keys.AccessKeyID != "" {
		c.from = origin{kind: fromKeys}
	}
	if c.from.kind == fromProcess {
		c.timeout = processTimeout
	}
	return c
}

// Retrieve implements aws.CredentialsProvider. Its errors are *credentialError.
func (c *credentialSource) Retrieve(ctx context.Context) (aws.Credentials, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, &stallError{c.timeout})
	defer cancel()
	creds, err := c.next.Retrieve(ctx)
	if err != nil {
		return creds, &credentialError{from: c.from, err: stallOr(ctx, err), worked: c.worked.Load()}
	}
	c.worked.Store(true)
	return creds, nil
}

// origin is where the configuration says the credentials are. It determines the hint if
// there are none.
type origin struct {
	kind    originKind
	profile string
}

type originKind int

const (
	fromNowhere originKind = iota // not configured: the SDK uses the metadata service of the machine
	fromKeys
	fromSSO
	fromLogin // aws login
	fromProcess
	fromRole
	fromContainer
)

// originOf follows the search order of the SDK.
func originOf(cfg aws.Config, profile string) origin {
	var env config.EnvConfig
	var shared config.SharedConfig
	for _, source := range cfg.ConfigSources {
		switch source := source.(type) {
		case config.EnvConfig:
			env = source
		case config.SharedConfig:
			shared = source
		}
	}
	from := origin{profile: cmp.Or(shared.Profile, profile, "default")}
	if profile == "" && env.Credentials.HasKeys() {
		from.kind = fromKeys
		return from
	}
	if profile == "" && env.WebIdentityTokenFilePath != "" {
		from.kind = fromRole
		return from
	}
	for c := &shared; c != nil; c = c.Source {
		switch {
		case c.Source != nil:
			continue
		case c.Credentials.HasKeys():
			from.kind = fromKeys
		case c.SSOSession != nil || c.SSOStartURL != "":
			from.kind, from.profile = fromSSO, c.Profile
		case c.LoginSession != "":
			from.kind, from.profile = fromLogin, c.Profile
		case c.CredentialProcess != "":
			from.kind, from.profile = fromProcess, c.Profile
		case env.ContainerCredentialsRelativePath != "" || env.ContainerCredentialsEndpoint != "":
			from.kind = fromContainer
		}
	}
	if shared.RoleARN != "" && (from.kind == fromKeys || from.kind == fromNowhere) {
		from.kind = fromRole
	}
	return from
}

// login returns the command that starts a new session, "" for none.
func (o origin) login() string {
	command := map[originKind]string{fromSSO: "aws sso login", fromLogin: "aws login"}[o.kind]
	if command == "" || o.profile == "" || o.profile == "default" {
		return command
	}
	return command + " --profile " + o.profile
}

// credentialError reports that there are no credentials.
type credentialError struct {
	from   origin
	err    error
	worked bool // the source provided credentials earlier in this run
}

func (e *credentialError) Error() string {
	cause, _ := e.words()
	return cause
}

func (e *credentialError) Unwrap() error {
	if e.from.kind == fromProcess {
		return nil // the SDK's error contains the program's output, which may contain the secret
	}
	return e.err
}

// retryable reports whether another attempt may succeed: the network may be down for a
// moment when a session is renewed during a long upload.
func (e *credentialError) retryable() bool {
	return e.worked && (isTimeout(e.err) || isUnreachable(e.err) || isBroken(e.err))
}

// fault returns the error of an operation without credentials.
func (e *credentialError) fault(operation string) error {
	cause, hint := e.words()
	return fault.Wrap(fault.Denied, hint, &opError{text: operation + ": " + cause, err: e})
}

// words returns the cause and the hint.
func (e *credentialError) words() (cause, hint string) {
	profile := "profile " + quote(e.from.profile)
	switch e.from.kind {
	case fromSSO, fromLogin:
		if isUnreachable(e.err) {
			return fmt.Sprintf("the session of %s cannot be renewed: %s", profile, causeOf(e.err)), "check the network"
		}
		if codeOf(e.err) == "ForbiddenException" {
			return fmt.Sprintf("%s has no access to its account and role", profile), "check sso_account_id and sso_role_name in ~/.aws/config"
		}
		return fmt.Sprintf("the session of %s has expired or does not exist", profile), runHint(e.from.login())
	case fromProcess:
		cause = fmt.Sprintf("the credential_process of %s failed", profile)
		var exit interface{ ExitCode() int }
		if errors.As(e.err, &exit) {
			cause += fmt.Sprintf(": exit status %d", exit.ExitCode())
		}
		return cause, "run the credential_process of ~/.aws/config yourself and check its output"
	case fromRole:
		return fmt.Sprintf("the role of %s cannot be assumed: %s", profile, causeOf(e.err)),
			"check role_arn and source_profile in ~/.aws/config, and the role's trust policy"
	case fromContainer:
		return "the container's credential endpoint provides none: " + causeOf(e.err), "check the role of the task or pod"
	case fromKeys, fromNowhere:
	}
	return "no credentials found in the environment, in " + profile + ", or on this machine",
		"name a profile with --profile or AWS_PROFILE, or create one: \"aws configure sso\", or \"aws configure\" for keys"
}

// checkKeyPair refuses half a key pair in the environment. The SDK would ignore it and use
// other credentials.
func checkKeyPair() error {
	key := cmp.Or(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_ACCESS_KEY"))
	secret := cmp.Or(os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SECRET_KEY"))
	const what = "find AWS credentials: %s is set in the environment, %s is not"
	switch {
	case key != "" && secret == "":
		return fault.New(fault.Denied, "set both, or neither", what, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
	case key == "" && secret != "":
		return fault.New(fault.Denied, "set both, or neither", what, "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID")
	}
	return nil
}

// configError explains an error in ~/.aws/config or the AWS_* variables.
func configError(err error) error {
	const what = "read the AWS configuration"
	if missing, ok := errors.AsType[config.SharedConfigProfileNotExistError](err); ok {
		hint := "create ~/.aws/config: run \"aws configure\""
		if names := profiles(configFiles()); len(names) > 0 {
			hint = "use one of the profiles: " + strings.Join(names, ", ")
		}
		return fault.Wrap(fault.Usage, hint, &opError{text: fmt.Sprintf("%s: there is no profile %s", what, quote(missing.Profile)), err: err})
	}
	return fault.Wrap(fault.Usage, "", &opError{text: what + ": " + oneLine(err.Error()), err: err})
}

// configFiles returns the two files that the SDK reads.
func configFiles() []string {
	return []string{
		cmp.Or(os.Getenv("AWS_CONFIG_FILE"), config.DefaultSharedConfigFilename()),
		cmp.Or(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), config.DefaultSharedCredentialsFilename()),
	}
}

// profiles returns the names of the profiles in the files, sorted. It ignores files that
// cannot be read.
func profiles(files []string) []string {
	var names []string
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			continue
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			line := strings.TrimSpace(lines.Text())
			if !strings.HasPrefix(line, "[") || !strings.HasSuffix(line, "]") {
				continue
			}
			section := strings.Fields(strings.Trim(line, "[]"))
			switch {
			case len(section) == 1:
				names = append(names, section[0])
			case len(section) == 2 && section[0] == "profile":
				names = append(names, section[1])
			}
		}
		_ = f.Close() // opened for reading only
	}
	slices.Sort(names)
	return slices.Compact(names)
}
