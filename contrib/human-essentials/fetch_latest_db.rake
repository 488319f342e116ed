# Belongs in lib/tasks, in place of the file of the same name.
#
# hectl restores the newest dump into a new database, replaces every password with
# "password", leaves out queued jobs, and swaps the new database in only when it is
# complete. The previous database is kept: "hectl rollback" swaps it back.
#
# Write options of hectl in brackets: bin/rails "fetch_latest_db[--no-after-restore]".

desc "Replace the development database with the newest dump of production"
task :fetch_latest_db do |_task, options|
  if ENV["RAILS_ENV"] == "production"
    raise "fetch_latest_db replaces a database: it does not run with RAILS_ENV=production"
  end

  # Ctrl-C also reaches hectl, which cleans up: wait for it. The trap is an empty block
  # because a child process would inherit "IGNORE".
  previous = trap("INT") {}
  begin
    done = system("hectl", "fetch-latest-db", *options.extras)
  ensure
    trap("INT", previous)
  end

  abort <<~TEXT if done.nil?
    fetch_latest_db: cannot run hectl. Install it, then try again:

      macOS, Linux    brew install rubyforgood/tap/hectl
      Debian, Ubuntu  sudo apt-get install ./hectl_VERSION_amd64.deb
                      (download it from the releases page)
      with Go         go install github.com/rubyforgood/hectl@latest
                      (then add "$(go env GOPATH)/bin" to PATH)

    Releases: https://github.com/rubyforgood/hectl/releases
  TEXT

  # hectl has printed the error. Pass on its exit code, which names the kind of failure.
  exit($?.exitstatus || 1) unless done
end
