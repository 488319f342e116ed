package backup

import (
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestStatusOptions(t *testing.T) {
	options := func(environ []string, args ...string) (opt *statusOptions, err error) {
		env := testEnv(t, environ...)
		cmd := statusCommand(env)
		cmd.Before = nil
		cmd.Action = func(c *cli.Context) error {
			opt, err = newStatusOptions(env, c)
			return nil
		}
		if runErr := runCommand(t.Context(), cmd, args...); runErr != nil {
			t.Fatal(runErr)
		}
		return opt, err
	}
	opt, err := options([]string{"HECTL_BUCKET=s3://dumps", "HECTL_SOURCE=host=db dbname=app"})
	if err != nil || opt.label != "production" || opt.limits.MaxAge != 9*time.Hour || opt.limits.MaxShrink != 50 || opt.source == nil || opt.source.Database() != "app" || opt.metrics != "" {
		t.Errorf("%+v, %v", opt, err)
	}
	opt, err = options([]string{"HECTL_BUCKET=s3://dumps"}, "--env=x", "--max-age=26h", "--max-shrink=30%", "--metrics=/nonexistent/x.prom")
	if err != nil || opt.label != "x" || opt.limits.MaxAge != 26*time.Hour || opt.limits.MaxShrink != 30 || opt.metrics != "/nonexistent/x.prom" {
		t.Errorf("%+v, %v", opt, err)
	}
	// A machine that only monitors does not need the source.
	if opt, err := options([]string{"HECTL_BUCKET=s3://dumps"}, "--source=no=such"); err != nil || opt.source != nil {
		t.Errorf("%+v, %v", opt, err)
	}
	for _, arg := range []string{"--max-age=2", "--max-shrink=x", "--metrics=-", "--bucket=dumps"} {
		if _, err := options([]string{"HECTL_BUCKET=s3://dumps"}, arg); fault.CodeOf(err) != fault.Usage {
			t.Errorf("%s: %v", arg, err)
		}
	}
}
