package mask

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/pgtools/schema"
	"github.com/rubyforgood/hectl/test/masktest"
)

// The topic of a column's name outweighs its type and its last word. The names are typical
// of public schemas.
func TestSuspicious(t *testing.T) {
	for typ, names := range map[string]struct{ personal, harmless string }{
		"bigint": {
			"phone_number phone home_phone mobile mobile_number fax cell_number phone_id passport_number passport_no medicaid_number medicaid_id card_number card_last4 last_four card_last_four ssn ssn_id " +
				"account_number bank_account_number routing_number tax_number tax_id tax_identifier vat_number ein_number national_id license_number driver_license_no insurance_number employee_number student_number patient_number " +
				"member_number case_number zip zip_code postal_code zipcode street_number house_number age age_at_intake birth_year year_of_birth guardian_birth_year ip ip_address otp pin cvv income income_count annual_income salary_id household_size number_of_kids " +
				"gender gender_id race ethnicity marital_status pregnancies disability_type blood_type child_weight phoneNumber birthYear",
			"id user_id card_id address_id location_id organization_id token_id phones_count cards_count sign_in_count failed_attempts position version byte_size sms_count pin_position prompt_tokens image_width height weight " +
				"order_number invoice_number ticket_number number quantity total_cents tax_cents tax_rate vat_rate minimum_age max_age cell_width page_views lock_version priority status incoming_count microphone_level " +
				"account_type card_type license_count customer_id client_id case_id student_id password_length consumed_timestep ip_limit sort_order expires_in population",
		},
		"numeric(12,2)": {
			"salary hourly_wage monthly_pay income net_worth card_number pension debt household_income latitude longitude lat lng credit_score paid_alimony birth_weight wage_total",
			"price amount total tax tax_amount vat_rate discount rating percent weight shipping_cost balance unit_price min_lat exchange_rate",
		},
		"money":                  {"salary income_total wage guardian_monthly_pay", "price total fee"},
		"double precision":       {"latitude home_longitude lat geo_lon bmi", "score distance duration height"},
		"interval":               {"age age_at_death", "duration run_time timeout"},
		"int4range":              {"salary_range age_range income_range", "price_range seats"},
		"numeric[]":              {"salaries coordinates", "prices"},
		"time without time zone": {"birth_time time_of_birth time_of_death", "opens_at starts_at"},
		"timestamp without time zone": {
			"born_at birth_at date_of_birth birthday dob_at died_at deceased_at married_at diagnosed_at vaccinated_at pregnancy_started_at",
			"created_at updated_at last_sign_in_at phone_verified_at email_confirmed_at token_expires_at password_changed_at card_charged_at address_updated_at confirmed_at income_updated_at",
		},
		"timestamp(6) with time zone": {"born_at birth_date", "published_at locked_at"},
		"boolean":                     {"pregnant is_pregnant military veteran us_citizen homeless married has_disability hiv_positive", "active admin show_gender phone_verified email_confirmed requires_passport disabled display_ethnicity tax_exempt"},
		"mood":                        {"gender marital_status ethnicity blood_type", "state mood status role"},
		"point":                       {"location home_position", ""},
		"text":                        {"anything phone_count state", ""},
		"name":                        {"login", ""},
		"date":                        {"born due anything_on", ""},
		"inet":                        {"last_sign_in_ip", ""},
	} {
		people := &schema.Table{Name: schema.Name{Schema: "public", Name: "people"}}
		c := &compiler{schema: &schema.Schema{Tables: []*schema.Table{people}}}
		for _, name := range []string{"users", "cards", "addresses", "locations", "organizations", "tokens", "customers", "clients", "cases", "students"} {
			c.schema.Tables = append(c.schema.Tables, &schema.Table{Name: schema.Name{Schema: "public", Name: name}})
		}
		for want, list := range map[bool]string{true: names.personal, false: names.harmless} {
			for name := range strings.FieldsSeq(list) {
				col := columnOf(typ)
				col.Name = name
				if why := suspicious(c, people, &col); (why != "") != want {
					t.Errorf("%s %s: %q", name, typ, why)
				}
			}
		}
	}
}

// A number named like a row's id counts as an id if there are such rows. A personal number
// is personal even in a key.
func TestSuspiciousKeys(t *testing.T) {
	table := &schema.Table{
		Name:        schema.Name{Schema: "public", Name: "people"},
		Uniques:     []schema.Unique{{Primary: true, Columns: []string{"ssn"}}},
		ForeignKeys: []schema.ForeignKey{{Columns: []string{"medicaid_id"}}, {Columns: []string{"phone"}}},
	}
	poly := columnOf("bigint")
	poly.Name = "insurance_type"
	table.Columns = []schema.Column{poly}
	c := &compiler{schema: &schema.Schema{Tables: []*schema.Table{table}}}
	for name, want := range map[string]bool{"ssn": true, "phone": true, "medicaid_id": false, "tax_id": true, "insurance_id": false, "id": false} {
		col := columnOf("bigint")
		col.Name = name
		if why := suspicious(c, table, &col); (why != "") != want {
			t.Errorf("%s: %q", name, why)
		}
	}
}

// columnOf returns a column of type typ, which may be the enum mood.
func columnOf(typ string) schema.Column {
	c := schema.Column{Name: "c", Type: masktest.Type(typ)}
	if typ == "mood" {
		c.Type.Name.Schema, c.Type.Labels = "public", []string{"sad", "ok"}
	}
	return c
}
