package config

// keep is the retention policy in hectl.yml.
type keep struct {
	Last    word `yaml:"last"`
	Hourly  word `yaml:"hourly"`
	Daily   word `yaml:"daily"`
	Weekly  word `yaml:"weekly"`
	Monthly word `yaml:"monthly"`
	Yearly  word `yaml:"yearly"`
	Within  word `yaml:"within"`
	Min     word `yaml:"min"`
}

// defaultKeepMin is the number of dumps that every policy keeps.
const defaultKeepMin = "3"

// Keep resolves the retention rules, unparsed, by their names in hectl.yml; the flags are
// --keep-NAME. A rule that is not set has no text.
func (s *Sources) Keep(flags Flags) (map[string]Value, error) {
	if err := flags.check(); err != nil {
		return nil, err
	}
	in := s.file.Keep
	rules := map[string]Value{}
	for name, said := range map[string]word{
		"last": in.Last, "hourly": in.Hourly, "daily": in.Daily, "weekly": in.Weekly,
		"monthly": in.Monthly, "yearly": in.Yearly, "within": in.Within, "min": in.Min,
	} {
		rules[name] = s.first(flags, places{flag: "keep-" + name, file: string(said)})
	}
	if rules["min"].Text == "" {
		rules["min"] = Value{defaultKeepMin, ByDefault}
	}
	return rules, nil
}
