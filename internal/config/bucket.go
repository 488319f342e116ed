package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Defaults: the buckets of Human Essentials and their region.
const (
	DefaultBucket            = "s3://human-essentials-backups"
	defaultAttachmentsBucket = "s3://human-essentials-production"

	defaultBucketRegion = "us-east-2"
)

// Bucket is a place for dumps and how to reach it. An empty Region, EndpointURL or
// Profile leaves the choice to the AWS SDK.
type Bucket struct {
	Name        string
	Base        string // folder inside the bucket, without slashes at the ends; "" for the top
	Region      string
	EndpointURL string
	PathStyle   *bool // nil for path style only with a custom endpoint
	Profile     string
	Keys        Keys   // keys from .env files, if nothing else names credentials
	Origin      string // origin of the bucket's name
}

// Keys are AWS credentials. Formatting them shows only their origin.
type Keys struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	Origin                                     string // such as "AWS_ACCESS_KEY_ID in .env"
}

// Format implements fmt.Formatter. It prints the origin for every verb.
func (k Keys) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, k.Origin) }

// String returns the form s3://NAME[/FOLDER].
func (b Bucket) String() string {
	if b.Base == "" {
		return "s3://" + b.Name
	}
	return "s3://" + b.Name + "/" + b.Base
}

// plainHost matches a host with an optional port.
var plainHost = regexp.MustCompile(`^[A-Za-z0-9._-]+(:\d{1,5})?$`)

// regionForm prevents a region from changing the host that it becomes part of.
var regionForm = regexp.MustCompile(`^[A-Za-z0-9_-]{0,63}$`)

// accessPoint matches the ARN of an access point. The groups are account and name.
var accessPoint = regexp.MustCompile(`^(?:s3://)?arn:aws[a-z-]*:s3:[a-z0-9-]*:(\d{12}):accesspoint[/:]([a-z0-9.-]+)`)

var bucketName = regexp.MustCompile(`^[a-z0-9A-Z][a-zA-Z0-9._-]{1,253}[a-zA-Z0-9]$`)

// Bucket resolves the bucket of the dumps, with its region, endpoint, path style and
// profile.
func (s *Sources) Bucket(flags Flags) (Bucket, error) {
	return s.bucket(flags, s.find(flags, "bucket"))
}

// AttachmentsBucket is like Bucket, for the files of Active Storage. It uses
// attachments-bucket in place of bucket.
func (s *Sources) AttachmentsBucket(flags Flags) (Bucket, error) {
	return s.bucket(flags, s.find(flags, "attachments-bucket"))
}

// MaskedBucket resolves the bucket of the masked dumps, which the flag masked-to of
// backup or the flag to of mask names. The name is "" if there is none or the setting is
// "none". The other settings are those of the bucket of the dumps, unless the flags
// to-profile or to-endpoint-url override them.
func (s *Sources) MaskedBucket(flags Flags) (Bucket, error) {
	if err := flags.check(); err != nil {
		return Bucket{}, err
	}
	v := s.find(flags, "masked-to")
	if text, ok := flags["to"]; ok {
		v = Value{text, "--to"}
	}
	if v.Text == "" || v.Text == "none" {
		return Bucket{}, nil
	}
	flags = maps.Clone(flags)
	for _, name := range []string{"profile", "endpoint-url"} {
		if text, ok := flags["to-"+name]; ok {
			flags[name] = text
		}
	}
	return s.bucket(flags, v)
}

// Same reports whether both are the same folder of the same bucket and store.
func (b Bucket) Same(other Bucket) bool {
	return b.Name == other.Name && b.Base == other.Base && b.EndpointURL == other.EndpointURL
}

// CheckApart refuses a bucket for masked dumps that also contains the dumps themselves.
func (b Bucket) CheckApart(dumps Bucket) error {
	if !b.Same(dumps) {
		return nil
	}
	return fault.New(fault.Usage, "name another bucket, or another folder in the same bucket",
		"%s (from %s) also holds the unmasked dumps: readers of the masked dumps could read them", b, b.Origin)
}

// bucket resolves the settings of the bucket that v names.
func (s *Sources) bucket(flags Flags, v Value) (Bucket, error) {
	if err := flags.check(); err != nil {
		return Bucket{}, err
	}
	rest, ok := strings.CutPrefix(v.Text, "s3://")
	bucket, base, _ := strings.Cut(rest, "/")
	if m := accessPoint.FindStringSubmatch(v.Text); m != nil {
		return Bucket{}, fault.New(fault.Usage,
			fmt.Sprintf(`give the access point's alias instead, which ends in -s3alias: "aws s3control get-access-point --account-id %s --name %s --query Alias" prints it`, m[1], m[2]),
			"bucket %s (from %s) is the ARN of an access point", fault.Quote(v.Text), v.Origin)
	}
	if !ok || !bucketName.MatchString(bucket) {
		return Bucket{}, fault.New(fault.Usage, "write it as s3://NAME or s3://NAME/FOLDER",
			"bucket %s (from %s) is not of the form s3://NAME[/FOLDER]", fault.Quote(v.Text), v.Origin)
	}
	b := Bucket{Name: bucket, Base: strings.Trim(base, "/"), Origin: v.Origin}

	endpoint := s.find(flags, "endpoint-url")
	b.EndpointURL = endpoint.Text
	if u := b.EndpointURL; u != "" && !strings.HasPrefix(u, "http://") && !strings.HasPrefix(u, "https://") {
		shown := "from " + endpoint.Origin
		if plainHost.MatchString(u) { // other text may contain a secret
			shown = fault.Quote(u) + " " + shown
		}
		return Bucket{}, fault.New(fault.Usage, "write it as https://HOST[:PORT]", "endpoint URL %s has no http:// or https://", shown)
	} else if strings.ContainsAny(u, "?#") {
		return Bucket{}, fault.New(fault.Usage, "write it as https://HOST[:PORT]", "endpoint URL %s has a query", fault.RedactEndpoint(u))
	}
	if err := s.Confirm(endpoint.Origin, "endpoint_url"); err != nil {
		return Bucket{}, err
	}

	region, err := s.findAWS(flags, "region", "AWS_REGION", "AWS_DEFAULT_REGION")
	if err != nil {
		return Bucket{}, err
	}
	b.Region = region.Text
	if !regionForm.MatchString(b.Region) {
		return Bucket{}, fault.New(fault.Usage, "set the region, for example --region us-east-2",
			"region %s (from %s) must contain only letters, digits, '_' and '-'", fault.Quote(b.Region), region.Origin)
	}
	isDefault := slices.Contains([]string{DefaultBucket, defaultAttachmentsBucket}, "s3://"+b.Name)
	if b.Region == "" && b.EndpointURL == "" && isDefault {
		b.Region = defaultBucketRegion
	}

	if b.Profile, b.Keys, err = s.identity(flags); err != nil {
		return Bucket{}, err
	}
	if v := s.find(flags, "path-style"); v.Text != "" {
		on, err := strconv.ParseBool(v.Text)
		if err != nil {
			return Bucket{}, fault.New(fault.Usage, "", "--path-style %s is neither true nor false", fault.Quote(v.Text))
		}
		b.PathStyle = &on
	}
	return b, nil
}

// findAWS is like find, but also looks for the names in .env files.
func (s *Sources) findAWS(flags Flags, flag string, names ...string) (Value, error) {
	v := s.find(flags, flag)
	if v.Text != "" {
		return v, nil
	}
	for _, name := range names {
		if of := s.dotenv().variables[name]; of.err != nil || of.text != "" {
			return Value{of.text, of.origin}, of.err
		}
	}
	return v, nil
}

// identity returns the profile for the AWS SDK, "" if the SDK finds one in the
// environment, and the keys from .env files. The keys are empty if there is a profile or
// the environment has keys.
func (s *Sources) identity(flags Flags) (profile string, keys Keys, err error) {
	v := s.find(flags, "profile")
	if v.Text != "" && !strings.HasPrefix(v.Origin, "AWS_") {
		return v.Text, Keys{}, nil
	}
	if keys, err = s.keys(); err != nil || keys.AccessKeyID != "" {
		return "", keys, err
	}
	if v.Text != "" || s.hasKey() {
		return "", Keys{}, nil // the SDK reads these variables itself
	}
	v, err = s.findAWS(flags, "profile", "AWS_PROFILE")
	return v.Text, Keys{}, err
}

// hasKey reports whether the environment has an access key, which overrides a profile in
// hectl.yml.
func (s *Sources) hasKey() bool {
	return s.env["AWS_ACCESS_KEY_ID"] != "" || s.env["AWS_ACCESS_KEY"] != ""
}

// keys returns the keys from .env files, alone or together with the environment.
func (s *Sources) keys() (Keys, error) {
	secret := s.env["AWS_SECRET_ACCESS_KEY"] != "" || s.env["AWS_SECRET_KEY"] != ""
	if s.hasKey() && secret {
		return Keys{}, nil
	}
	var k Keys
	for _, part := range []struct {
		name string
		to   *string
	}{{"AWS_ACCESS_KEY_ID", &k.AccessKeyID}, {"AWS_SECRET_ACCESS_KEY", &k.SecretAccessKey}, {"AWS_SESSION_TOKEN", &k.SessionToken}} {
		v, _, err := s.application(part.name)
		if err != nil {
			return Keys{}, err
		}
		*part.to = v.Text
		if k.Origin == "" && dotenvName(v.Origin) != "" && v.Text != "" {
			k.Origin = v.Origin
		}
	}
	if k.Origin == "" || dotenvName(k.Origin) == "AWS_SESSION_TOKEN" {
		return Keys{}, nil // the SDK reads the environment
	}
	const what = "find AWS credentials: %s is set, but not %s"
	switch {
	case k.SecretAccessKey == "":
		return Keys{}, fault.New(fault.Denied, "set both, or neither", what, k.Origin, "AWS_SECRET_ACCESS_KEY")
	case k.AccessKeyID == "":
		return Keys{}, fault.New(fault.Denied, "set both, or neither", what, k.Origin, "AWS_ACCESS_KEY_ID")
	}
	return k, nil
}
