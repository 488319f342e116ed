package attachments

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestIsTableOf(t *testing.T) {
	for _, tt := range []struct {
		table, class string
		want         bool
	}{
		{"organizations", "Organization", true},
		{"partner_profiles", "Partners::Profile", true},
		{"partners_profiles", "Partners::Profile", true},
		{"profiles", "Partners::Profile", true},
		{"donation_sites", "DonationSite", true},
		{"html_pages", "HTMLPage", true},
		{"companies", "Company", true},
		{"addresses", "Address", true},
		{"boxes", "Box", true},
		{"houses", "House", true},
		{"people", "Person", true},
		{"families_children", "Families::Child", true},
		{"active_storage_blobs", "ActiveStorage::Blob", true},
		{"Organizations", "Organization", true},
		{"organization_users", "Organization", false},
		{"partners", "Partners::Profile", false},
		{"sites", "DonationSite", false},
		{"", "Organization", false},
	} {
		if got := isTableOf(tt.table, tt.class); got != tt.want {
			t.Errorf("isTableOf(%q, %q) = %v", tt.table, tt.class, got)
		}
	}
}

func TestRecordTypes(t *testing.T) {
	there := []string{"Organization", "Partners::Profile", "User"}
	for _, tt := range []struct {
		choice choice
		want   []string
		refuse string // part of the error
	}{
		{choice: choice{}},
		{choice: choice{RecordTypes: []string{"User"}}, want: []string{"User"}},
		{choice: choice{RecordTypes: []string{"User"}, Tables: []string{"partner_profiles"}}, want: []string{"User", "Partners::Profile"}},
		{choice: choice{RecordTypes: []string{"user"}}, refuse: "of type user"},
		{choice: choice{Tables: []string{"usres"}}, refuse: "in table usres"},
	} {
		got, err := tt.choice.recordTypes(there)
		if tt.refuse != "" {
			if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), tt.refuse) || !strings.Contains(fault.Hints(err)[0], "Partners::Profile") {
				t.Errorf("%+v: %v, %q", tt.choice, err, fault.Hints(err))
			}
			continue
		}
		if err != nil || !cmp.Equal(got, tt.want) {
			t.Errorf("%+v: %v, %v; want %v", tt.choice, got, err, tt.want)
		}
	}
}
