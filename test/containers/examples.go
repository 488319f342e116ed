// Package containers reads the examples in docs/containers.md.
package containers

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// Page is the file with the examples, from the project's root; Image is the name of
// the image without a tag.
const (
	Page  = "docs/containers.md"
	Image = "ghcr.io/rubyforgood/hectl"
)

// Run describes how one example runs hectl in a container.
type Run struct {
	Args []string
	Env  map[string]string // variables whose value is on the page
	Pass []string          // variables whose value comes from a secret or a shell
}

// Example returns the YAML block of the page that contains text, decoded.
func Example(page, text string) (map[string]any, error) {
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(page, -1) {
		if strings.Contains(block[1], text) {
			var v map[string]any
			err := yaml.Unmarshal([]byte(block[1]), &v)
			return v, err
		}
	}
	return nil, fmt.Errorf("%s has no example with %s", Page, text)
}

// Decode copies the part of a decoded example at path into v. Fields that v does not
// have are ignored: the schemas check the names.
func Decode(v any, example any, path ...string) error {
	for _, name := range path {
		m, ok := example.(map[string]any)
		if !ok || m[name] == nil {
			return fmt.Errorf("no %s in the example", name)
		}
		example = m[name]
	}
	text, err := json.Marshal(example)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}

// Runs returns the runs of the page's examples: cronjob, compose, actions and docker.
func Runs(page string) (map[string]Run, error) {
	found := map[string]Run{}
	cronJob, err := Example(page, "kind: CronJob")
	if err != nil {
		return nil, err
	}
	var pod struct {
		Containers []struct {
			Image string
			Args  []string
			Env   []struct {
				Name, Value string
				ValueFrom   any
			}
		}
	}
	if err := Decode(&pod, cronJob, "spec", "jobTemplate", "spec", "template", "spec"); err != nil {
		return nil, err
	}
	job := Run{Args: pod.Containers[0].Args, Env: map[string]string{}, Pass: []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}}
	for _, variable := range pod.Containers[0].Env {
		if variable.ValueFrom != nil {
			job.Pass = append(job.Pass, variable.Name)
			continue
		}
		job.Env[variable.Name] = variable.Value
	}
	found["cronjob"] = job

	compose, err := Example(page, "profiles: [fetch]")
	if err != nil {
		return nil, err
	}
	var service struct {
		Command     []string
		Environment map[string]*string
	}
	if err := Decode(&service, compose, "services", "fetch"); err != nil {
		return nil, err
	}
	fetch := Run{Args: service.Command, Env: map[string]string{}}
	for name, value := range service.Environment {
		if value == nil {
			fetch.Pass = append(fetch.Pass, name)
			continue
		}
		fetch.Env[name] = *value
	}
	found["compose"] = fetch

	actions, err := Example(page, "runs-on:")
	if err != nil {
		return nil, err
	}
	var workflow struct {
		Steps []struct {
			Run string
			Env map[string]string
		}
	}
	if err := Decode(&workflow, actions, "jobs", "test"); err != nil {
		return nil, err
	}
	for _, step := range workflow.Steps {
		if step.Run == "" {
			continue
		}
		if found["actions"], err = dockerRun(step.Run, step.Env); err != nil {
			return nil, err
		}
	}
	for _, block := range regexp.MustCompile("(?m)^docker run .*").FindAllString(page, -1) {
		if found["docker"], err = dockerRun(block, nil); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// dockerRun parses a "docker run" command line. Only variables with -e reach hectl.
func dockerRun(line string, env map[string]string) (Run, error) {
	words := strings.Fields(strings.ReplaceAll(line, "\\\n", " "))
	image := slices.IndexFunc(words, func(word string) bool { return strings.HasPrefix(word, Image+":") })
	if image < 0 || words[0] != "docker" || words[1] != "run" {
		return Run{}, fmt.Errorf("%q does not run %s", line, Image)
	}
	c := Run{Args: words[image+1:], Env: map[string]string{}}
	for i := 2; i < image; i++ {
		switch words[i] {
		case "--rm":
		case "--network":
			i++
		case "-e":
			i++
			if value, ok := env[words[i]]; ok {
				c.Env[words[i]] = value
			} else {
				c.Pass = append(c.Pass, words[i])
			}
		default:
			return c, fmt.Errorf("docker run has no option %s here", words[i])
		}
	}
	for name := range env {
		if _, ok := c.Env[name]; !ok {
			return c, errors.New(name + " does not reach the container")
		}
	}
	return c, nil
}
