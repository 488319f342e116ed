# Deletes what only the old backups needed: the job, two rake tasks, their entries in
# brakeman's ignore file, and the Azure keys of the sample .env files.
#
# Run it in the app's root: ruby PATH/remove_old_backup.rb. "git diff" shows the changes.

require "fileutils"
require "json"

OLD = %w[app/jobs/backup_db_rds.rb lib/tasks/backup_db_rds.rake lib/tasks/backup_db.rake].freeze

abort "remove_old_backup: no clock.rb here: run it in the app's root" unless File.exist?("clock.rb")
abort "remove_old_backup: clock.rb still calls BackupDbRds: apply 2-hectl.patch first" if File.read("clock.rb").include?("BackupDbRds")

OLD.each { |path| FileUtils.rm_f(path) }

ignore = "config/brakeman.ignore"
if File.exist?(ignore)
  settings = JSON.parse(File.read(ignore))
  settings["ignored_warnings"].reject! { |warning| OLD.include?(warning["file"]) }
  File.write(ignore, JSON.pretty_generate(settings) + "\n")
end

# Remove a paragraph of a sample file, with its comment, if it has only the Azure keys.
%w[.env.example .devcontainer/.env.codespaces].each do |path|
  next unless File.exist?(path)

  kept = File.read(path).split(/\n{2,}/).map do |paragraph|
    left = paragraph.lines.reject { |line| line.match?(/\A(export )?AZURE_STORAGE_ACC(OUNT_NAME|ESS_KEY)=/) }
    next paragraph if left.size == paragraph.lines.size

    left.join unless left.all? { |line| line.strip.empty? || line.start_with?("#") }
  end
  File.write(path, kept.compact.join("\n\n").chomp + "\n")
end
