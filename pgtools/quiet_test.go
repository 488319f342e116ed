package pgtools

import "testing"

// Turning one setting off does not help if another lets rows into the log.
func TestSettingsThatLog(t *testing.T) {
	for name, value := range quietSettings() {
		if logs(name, value) {
			t.Errorf("%s = %s logs", name, value)
		}
	}
	for _, tt := range []struct {
		name, value string
		want        bool
	}{
		{"log_statement", "ddl", true},
		{"log_min_error_statement", "error", true},
		{"log_min_error_statement", "fatal", true},
		{"log_min_messages", "warning", true},
		{"log_min_messages", "log", true},
		{"log_min_messages", "panic", false},
		{"log_min_duration_statement", "0", true},
		{"log_min_duration_sample", "0", true},
		{"log_transaction_sample_rate", "0.5", true},
		{"auto_explain.log_min_duration", "0", true},
		{"pgaudit.log", "write", true},
		{"debug_print_plan", "on", true},
		{"log_error_verbosity", "default", false},
		{"log_parameter_max_length", "-1", false},
	} {
		if got := logs(tt.name, tt.value); got != tt.want {
			t.Errorf("%s = %s: %v", tt.name, tt.value, got)
		}
	}
}
