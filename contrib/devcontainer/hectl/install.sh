#!/bin/sh
# Installs hectl and PostgreSQL's client tools in a dev container, as root. The options
# of devcontainer-feature.json are VERSION and POSTGRES.
set -eu

version=${VERSION:-latest}
postgres=${POSTGRES:-17}
releases=${HECTL_RELEASES:-https://github.com/rubyforgood/hectl/releases}
bin=${HECTL_BIN:-/usr/local/bin}

die() {
	echo "hectl: $*" >&2
	exit 1
}

# get URL FILE
get() {
	if command -v curl >/dev/null 2>&1; then
		curl -fsSL -o "$2" "$1"
	elif command -v wget >/dev/null 2>&1; then
		wget -q -O "$2" "$1"
	else
		die "neither curl nor wget is installed"
	fi || die "cannot download $1"
}

case $(uname -m) in
x86_64) arch=amd64 ;;
aarch64 | arm64) arch=arm64 ;;
*) die "there is no hectl for $(uname -m)" ;;
esac
case $version in
latest) from=$releases/latest/download ;;
*) from=$releases/download/v${version#v} ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
get "$from/checksums.txt" checksums.txt
grep "  hectl_[^/]*_linux_$arch\.tar\.gz\$" checksums.txt >wanted || die "$from has no archive for $arch"
archive=$(sed 's/.*  //' wanted)
get "$from/$archive" "$archive"
sha256sum --quiet -c wanted || die "$archive is not the file that was released"
tar -xzf "$archive" hectl
install -m 755 hectl "$bin/hectl"

if [ "$postgres" != none ] && ! [ -x "/usr/lib/postgresql/$postgres/bin/pg_dump" ]; then
	command -v apt-get >/dev/null 2>&1 || die "PostgreSQL's client tools can be installed only with apt-get: set the option postgres to none"
	export DEBIAN_FRONTEND=noninteractive
	apt-get -qq update
	apt-get -qq install --yes --no-install-recommends ca-certificates postgresql-common
	/usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y
	apt-get -qq install --yes --no-install-recommends "postgresql-client-$postgres"
fi
