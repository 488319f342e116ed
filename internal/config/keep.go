package config

// keep is what hectl.yml says about which dumps to keep.
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

// defaultKeepMin is how many dumps no policy may go below.
const defaultKeepMin = "3"

// Keep resolves the rules of which dumps to keep, unparsed, by the names that
// they have in hectl.yml; --keep-NAME is the flag. A rule that nobody gives has
// no text.
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
		rules[name] = s.first(flags, setting{flag: "keep-" + name, file: string(said)})
	}
	if rules["min"].Text == "" {
		rules["min"] = Value{defaultKeepMin, ByDefault}
	}
	return rules, nil
}
