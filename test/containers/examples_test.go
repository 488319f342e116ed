package containers

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// validate checks an example with a schema in testdata/schemas.
func validate(schema string, example any) error {
	compiled, err := jsonschema.NewCompiler().Compile("testdata/schemas/" + schema)
	if err != nil {
		return err
	}
	// The schemas are for JSON, whose numbers have one type.
	text, err := json.Marshal(example)
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		return err
	}
	return compiled.Validate(v)
}

// The CronJob and the Compose file in docs/containers.md are valid, and the schemas
// refuse names and types that are wrong.
func TestExamplesAreValid(t *testing.T) {
	content, err := os.ReadFile("../../" + Page)
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for schema, tt := range map[string]struct {
		find  string
		wrong [][2]string
	}{
		"cronjob.json": {"kind: CronJob", [][2]string{
			{"concurrencyPolicy: Forbid", "concurrencyPolicies: Forbid"}, {"backoffLimit: 2", "backoffLimit: two"}, {"memory: 320Mi", "memory: 320MiB"},
			{"readOnlyRootFilesystem: true", "readOnlyRootFilesystem: 1"}, {"emptyDir:", "emptydir:"}, {"image: ghcr", "imago: ghcr"},
			{"secretKeyRef:", "secretRef:"}, {"- type: DisruptionTarget", "- name: DisruptionTarget"}, {"restartPolicy:", "restart:"},
		}},
		"compose.json": {"profiles: [fetch]", [][2]string{
			{"shm_size:", "shmsize:"}, {"profiles: [fetch]", "profiles: fetch"}, {"condition: service_healthy", "condition: healthy"}, {"retries: 30", "retry: 30"},
		}},
	} {
		example, err := Example(text, tt.find)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(schema, example); err != nil {
			t.Errorf("%s: %v", schema, err)
		}
		for _, wrong := range tt.wrong {
			changed := strings.Replace(text, wrong[0], wrong[1], 1)
			if changed == text {
				t.Fatalf("%s has no %q", Page, wrong[0])
			}
			example, err := Example(changed, strings.Replace(tt.find, wrong[0], wrong[1], 1))
			if err == nil {
				err = validate(schema, example)
			}
			if err == nil {
				t.Errorf("%s accepts %q", schema, wrong[1])
			}
		}
	}
}

// Only variables that an example passes on with -e reach hectl.
func TestDockerRunExample(t *testing.T) {
	env := map[string]string{"HECTL_BUCKET": "s3://b"}
	c, err := dockerRun("docker run --rm --network host \\\n -e HECTL_BUCKET -e AWS_REGION ghcr.io/rubyforgood/hectl:1 backup", env)
	want := Run{Args: []string{"backup"}, Env: env, Pass: []string{"AWS_REGION"}}
	if diff := cmp.Diff(want, c); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for _, line := range []string{"docker run --rm ghcr.io/rubyforgood/hectl:1 backup", "docker run -v /:/x -e HECTL_BUCKET ghcr.io/rubyforgood/hectl:1", "docker run --rm -e HECTL_BUCKET alpine"} {
		if c, err := dockerRun(line, env); err == nil {
			t.Errorf("%s: %v", line, c)
		}
	}
}
