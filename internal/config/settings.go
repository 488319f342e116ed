package config

import (
	"runtime"
	"strconv"

	"github.com/rubyforgood/hectl/internal/fault"
)

// places are the places where the value of a setting can be.
type places struct {
	flag     string
	env      []string
	file     string // the value in hectl.yml
	fallback string
	secret   bool // the value may contain a password
}

// places returns the places of every setting that is a string, in the order of List.
func (s *Sources) places() []places {
	f := s.file
	jobs := ""
	if f.Jobs != nil {
		jobs = strconv.Itoa(int(*f.Jobs))
	}
	profile := f.Profile
	if s.hasKey() {
		profile = ""
	}
	pathStyle := ""
	if f.PathStyle != nil {
		pathStyle = strconv.FormatBool(*f.PathStyle)
	}
	return []places{
		{flag: "profile", env: []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}, file: profile},
		{flag: "bucket", env: []string{"HECTL_BUCKET"}, file: f.Bucket, fallback: DefaultBucket},
		{flag: "region", env: []string{"AWS_REGION", "AWS_DEFAULT_REGION"}, file: f.Region},
		{flag: "endpoint-url", env: []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}, file: f.EndpointURL},
		{flag: "path-style", file: pathStyle},
		{flag: "masked-to", env: []string{"HECTL_MASKED_BUCKET"}, file: f.MaskedBucket},
		{flag: "env", env: []string{"HECTL_ENV"}, file: f.Env, fallback: DefaultLabel},
		{flag: "source", env: []string{"HECTL_SOURCE"}, file: f.Source, secret: true},
		{flag: "target", env: []string{"HECTL_TARGET"}, file: f.Target, secret: true},
		{flag: "pg-bin", env: []string{"HECTL_PG_BIN"}, file: f.PGBin},
		{flag: "jobs", env: []string{"HECTL_JOBS"}, file: jobs, fallback: strconv.Itoa(min(runtime.NumCPU(), maxJobs))},
		{flag: "attachments-bucket", env: []string{"HECTL_ATTACHMENTS_BUCKET"}, file: f.AttachmentsBucket, fallback: defaultAttachmentsBucket},
		{flag: "max-age", file: string(f.MaxAge), fallback: "9h"},
		{flag: "max-shrink", file: string(f.MaxShrink), fallback: "50%"},
	}
}

// Variables returns the environment variables for the setting of a flag.
func Variables(flag string) []string {
	return (&Sources{}).placesOf(flag).env
}

func (s *Sources) placesOf(flag string) places {
	for _, w := range s.places() {
		if w.flag == flag {
			return w
		}
	}
	return places{flag: flag}
}

// ByDefault is the origin of a default.
const ByDefault = "default"

// find returns the value of the setting of a flag.
func (s *Sources) find(flags Flags, flag string) Value {
	return s.first(flags, s.placesOf(flag))
}

// first returns the first value in w that is not empty.
func (s *Sources) first(flags Flags, w places) Value {
	if v, ok := flags[w.flag]; ok {
		return Value{v, "--" + w.flag}
	}
	for _, name := range w.env {
		if v := s.env[name]; v != "" {
			return Value{v, name}
		}
	}
	if w.file != "" {
		return Value{w.file, s.path}
	}
	return Value{w.fallback, ByDefault}
}

// Setting is a setting without secrets.
type Setting struct {
	Name string // name of its flag
	Value
}

// List returns the settings that have a value and are not secret. It omits the databases;
// see Source and Target.
func (s *Sources) List(flags Flags) []Setting {
	var list []Setting
	for _, w := range s.places() {
		v := s.first(flags, w)
		if w.flag == "region" && v.Text == "" { // Bucket returns the error
			v, _ = s.findAWS(flags, w.flag, "AWS_REGION", "AWS_DEFAULT_REGION")
		}
		if v.Text != "" && !w.secret {
			if w.flag == "endpoint-url" {
				v.Text = fault.RedactEndpoint(v.Text)
			}
			list = append(list, Setting{w.flag, v})
		}
	}
	return list
}

// Path returns the path of hectl.yml, "" for none.
func (s *Sources) Path() string { return s.path }
