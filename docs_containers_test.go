package main

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/test/containers"
)

// The CronJob in docs/containers.md matches its description on that page.
func TestCronJobExample(t *testing.T) {
	example, err := containers.Example(page(t, containers.Page), "kind: CronJob")
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Schedule, ConcurrencyPolicy string
		JobTemplate                 struct {
			Spec struct {
				ActiveDeadlineSeconds int
				PodFailurePolicy      struct {
					Rules []struct {
						Action      string
						OnExitCodes struct {
							ContainerName, Operator string
							Values                  []int
						}
					}
				}
				Template struct {
					Spec struct {
						RestartPolicy   string
						SecurityContext struct {
							RunAsNonRoot          bool
							RunAsUser, RunAsGroup int
						}
						Containers []struct {
							Name            string
							Resources       struct{ Requests, Limits map[string]string }
							SecurityContext struct {
								AllowPrivilegeEscalation, ReadOnlyRootFilesystem bool
								Capabilities                                     struct{ Drop []string }
							}
							VolumeMounts []struct{ MountPath string }
						}
					}
				}
			}
		}
	}
	if err := containers.Decode(&got, example, "spec"); err != nil {
		t.Fatal(err)
	}
	job, pod := got.JobTemplate.Spec, got.JobTemplate.Spec.Template.Spec
	hectl := pod.Containers[0]
	if got.Schedule != "0 */4 * * *" || got.ConcurrencyPolicy != "Forbid" || pod.RestartPolicy != "Never" {
		t.Errorf("%+v", got)
	}
	if limit := 3 * 60 * 60; job.ActiveDeadlineSeconds <= limit || job.ActiveDeadlineSeconds > limit+600 {
		t.Errorf("activeDeadlineSeconds is %d, and --timeout %d", job.ActiveDeadlineSeconds, limit)
	}
	// Kubernetes retries hectl backup only after exit codes 1 and 130. The rule omits 0,
	// which is success, and 14 and 15, which belong to other commands.
	rule := job.PodFailurePolicy.Rules[1]
	want := []int{int(fault.Usage), int(fault.Warnings), int(fault.NotFound), int(fault.Locked), int(fault.Denied), int(fault.Integrity)}
	if diff := cmp.Diff(want, rule.OnExitCodes.Values); diff != "" || rule.Action != "FailJob" || rule.OnExitCodes.Operator != "In" || rule.OnExitCodes.ContainerName != hectl.Name {
		t.Errorf("%+v\n%s", rule, diff)
	}
	for _, amount := range []string{hectl.Resources.Requests["memory"], hectl.Resources.Limits["memory"]} {
		if mebibytes, err := strconv.Atoi(strings.TrimSuffix(amount, "Mi")); err != nil || mebibytes < 180 {
			t.Errorf("%s of memory", amount)
		}
	}
	user := imageUser(t)
	if s := pod.SecurityContext; !s.RunAsNonRoot || s.RunAsUser != user || s.RunAsGroup != user {
		t.Errorf("%+v", s)
	}
	if s := hectl.SecurityContext; s.AllowPrivilegeEscalation || !s.ReadOnlyRootFilesystem || !slices.Equal(s.Capabilities.Drop, []string{"ALL"}) {
		t.Errorf("%+v", s)
	}
	if len(hectl.VolumeMounts) != 1 || hectl.VolumeMounts[0].MountPath != "/tmp" {
		t.Error(hectl.VolumeMounts)
	}
}

// imageUser returns the user that packaging/image/root makes.
func imageUser(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("packaging/image/root")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^user=(\d+)$`).FindSubmatch(text)
	if found == nil {
		t.Fatal("packaging/image/root has no user")
	}
	user, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return user
}

// The Dockerfile, the script, .goreleaser.yml and the docs name the same image, user and
// majors.
func TestImageIsDescribed(t *testing.T) {
	read := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	dockerfile, script, release, docs := read("packaging/image/Dockerfile"), read("packaging/image/root"), read(".goreleaser.yml"), page(t, containers.Page)
	user := imageUser(t)
	for _, want := range []string{
		fmt.Sprintf("\nUSER %d:%d\n", user, user),
		"\nCOPY packaging/image/root /make-root\n", "\nFROM scratch\n", "\nCOPY $TARGETPLATFORM/hectl /usr/bin/hectl\n", "\nENTRYPOINT [\"/usr/bin/hectl\"]\n",
	} {
		if !strings.Contains(dockerfile, want) {
			t.Errorf("the Dockerfile has no %q", want)
		}
	}
	for _, want := range []string{"dockerfile: packaging/image/Dockerfile\n", "extra_files: [packaging/image/root]\n", "images: [" + containers.Image + "]\n", "platforms: [linux/amd64, linux/arm64]\n"} {
		if !strings.Contains(release, want) {
			t.Errorf(".goreleaser.yml has no %q", want)
		}
	}
	defaults := regexp.MustCompile(`set -- (14:.*)`).FindStringSubmatch(script)
	if defaults == nil {
		t.Fatal("packaging/image/root has no default majors")
	}
	var majors []string
	for word := range strings.FieldsSeq(defaults[1]) {
		major, _, _ := strings.Cut(word, ":")
		majors = append(majors, major)
	}
	if want := "14 15 16 17 18 19"; strings.Join(majors, " ") != want {
		t.Errorf("the image has %v", majors)
	}
	for _, want := range []string{"PostgreSQL " + majors[0] + " to " + majors[len(majors)-1], "user " + strconv.Itoa(user)} {
		if !strings.Contains(docs, want) {
			t.Errorf("%s has no %q", containers.Page, want)
		}
	}
	tags := map[string]bool{}
	for _, tag := range regexp.MustCompile(regexp.QuoteMeta(containers.Image)+`:(\S+)`).FindAllStringSubmatch(docs, -1) {
		tags[tag[1]] = true
	}
	if len(tags) != 1 {
		t.Errorf("%s has the tags %v", containers.Page, slices.Sorted(maps.Keys(tags)))
	}
}
