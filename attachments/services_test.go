package attachments

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDiskServices(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []service
	}{
		{"as Rails makes it", `test:
  service: Disk
  root: <%= Rails.root.join("tmp/storage") %>

local:
  service: Disk
  root: <%= Rails.root.join("storage") %>

# Use bin/rails credentials:edit to set the AWS secrets
# amazon:
#   service: S3
#   access_key_id: <%= Rails.application.credentials.dig(:aws, :access_key_id) %>
`, []service{{"test", "tmp/storage"}, {"local", "storage"}}},
		{"another order, other quotes", "\"disk\":\r\n  root: <%= Rails.root.join('var', 'files').to_s %>\r\n  service: 'Disk'\r\namazon:\r\n  service: S3\r\n  root: nothing\r\n",
			[]service{{"disk", "var/files"}}},
		{"written out", "a:\n  service: Disk\n  root: /srv/files\nb:\n  service: Disk\n  root: \"files\"\n",
			[]service{{"a", "/srv/files"}, {"b", "files"}}},
		{"what only Ruby knows", "<% if Rails.env.test? %>\na:\n  service: Disk\n  root: <%= ENV.fetch(\"ROOT\") %>\n<% end %>\nb:\n  service: Disk\n  root: <%= Rails.root.join(\"a#{ENV['X']}\") %>\n",
			[]service{{"a", ""}, {"b", ""}}},
		{"a mirror", "local:\n  service: Disk\n  root: x\nmirror:\n  service: Mirror\n  primary: local\n  mirrors: [ amazon ]\n",
			[]service{{"local", "x"}}},
		{"in one line, which is not understood", "local: {service: Disk, root: storage}\n", nil},
		{"empty", "", nil},
	} {
		if diff := cmp.Diff(tt.want, diskServices(tt.text)); diff != "" {
			t.Errorf("%s:\n%s", tt.name, diff)
		}
	}
}
