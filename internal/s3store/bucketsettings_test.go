package s3store_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/test/s3test"
)

// lifecycle is an answer of S3.
const lifecycle = `<?xml version="1.0" encoding="UTF-8"?>
<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Rule><ID>old</ID><Prefix>backups/</Prefix><Status>Enabled</Status><Expiration><Days>7</Days></Expiration></Rule>
  <Rule><ID>off</ID><Filter/><Status>Disabled</Status><Expiration><Date>2026-01-01T00:00:00.000Z</Date></Expiration></Rule>
  <Rule><ID>tag</ID><Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter><Status>Enabled</Status><Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition></Rule>
  <Rule><ID>and</ID><Filter><And><Prefix>x/</Prefix><Tag><Key>a</Key><Value>b</Value></Tag><ObjectSizeGreaterThan>500</ObjectSizeGreaterThan><ObjectSizeLessThan>64000</ObjectSizeLessThan></And></Filter><Status>Enabled</Status><NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays></NoncurrentVersionExpiration></Rule>
  <Rule><ID>large</ID><Filter><ObjectSizeGreaterThan>500</ObjectSizeGreaterThan></Filter><Status>Enabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>
</LifecycleConfiguration>`

func TestLifecycleRules(t *testing.T) {
	b := newBench(t)
	b.proxy.On(s3test.Is("GetBucketLifecycleConfiguration"), s3test.AnswerBody(http.StatusOK, lifecycle))
	got, err := b.store.LifecycleRules(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []s3store.LifecycleRule{
		{ID: "old", Enabled: true, Prefix: "backups/", ExpireDays: 7},
		{ID: "off", ExpireDate: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
		{ID: "tag", Enabled: true, Tagged: true, Moves: []s3store.Move{{Days: 30, Class: "GLACIER"}}},
		{ID: "and", Enabled: true, Prefix: "x/", Tagged: true, LargerThan: 500, SmallerThan: 64000, NoncurrentDays: 3},
		{ID: "large", Enabled: true, LargerThan: 500},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBucketSettings(t *testing.T) {
	b := newBench(t)
	on := func(operation, body string) {
		b.proxy.On(s3test.Is(operation), s3test.AnswerBody(http.StatusOK, body)).Times(1)
	}
	on("GetBucketVersioning", `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>`)
	on("GetBucketVersioning", `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>`)
	for _, want := range []bool{true, false} {
		if got, err := b.store.Versioned(t.Context()); err != nil || got != want {
			t.Errorf("versioned: %t, %v", got, err)
		}
	}
	on("GetObjectLockConfiguration", `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>30</Days></DefaultRetention></Rule></ObjectLockConfiguration>`)
	on("GetObjectLockConfiguration", `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>`)
	for _, want := range []bool{true, false} {
		if on, byDefault, err := b.store.Locked(t.Context()); err != nil || !on || byDefault != want {
			t.Errorf("locked: %t, by default %t, %v", on, byDefault, err)
		}
	}
	for restrict, want := range map[string]bool{"true": true, "false": false} {
		on("GetPublicAccessBlock", `<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>`+restrict+`</RestrictPublicBuckets></PublicAccessBlockConfiguration>`)
		if got, err := b.store.PublicAccessBlocked(t.Context()); err != nil || got != want {
			t.Errorf("blocked: %t, %v", got, err)
		}
	}
}

// S3 answers with an error if a setting was never configured. So do stores without that
// setting, and hectl does not retry those requests.
func TestBucketSettingsThatAreNotThere(t *testing.T) {
	for _, tt := range []struct {
		status      int
		code        string
		unsupported bool
		want        fault.Code // code of the error; Done for none
	}{
		{http.StatusNotFound, "", false, fault.Done}, // with each setting's own error code
		{http.StatusForbidden, "AccessDenied", false, fault.Denied},
		{http.StatusNotImplemented, "NotImplemented", true, fault.Failed},
		{http.StatusServiceUnavailable, "SlowDown", false, fault.Failed},
	} {
		b := newBench(t)
		for operation, none := range map[string]string{
			"GetBucketLifecycleConfiguration": "NoSuchLifecycleConfiguration", "GetObjectLockConfiguration": "ObjectLockConfigurationNotFoundError",
			"GetPublicAccessBlock": "NoSuchPublicAccessBlockConfiguration",
		} {
			code := tt.code
			if code == "" {
				code = none
			}
			b.proxy.On(s3test.Is(operation), s3test.Answer(tt.status, code))
		}
		rules, err1 := b.store.LifecycleRules(t.Context())
		on, _, err2 := b.store.Locked(t.Context())
		blocked, err3 := b.store.PublicAccessBlocked(t.Context())
		if len(rules) > 0 || on || blocked {
			t.Errorf("%s: %v, %t, %t", tt.code, rules, on, blocked)
		}
		for _, err := range []error{err1, err2, err3} {
			if fault.CodeOf(err) != tt.want || s3store.IsUnsupported(err) != tt.unsupported {
				t.Errorf("%s: %v", tt.code, err)
			}
		}
		if n := b.proxy.Requests(nil); n != 3 {
			t.Errorf("%s: %d requests", tt.code, n)
		}
	}
}
