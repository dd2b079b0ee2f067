#!/usr/bin/env bash
# Builds the image from the unchanged Dockerfile where there is neither docker nor a registry:
#   deploy/image/build.sh [NAME]       NAME: localhost/piaoda:test; with EXTRAS=otel, what records traces
# Whoever has docker and a registry says `docker build -t piaoda .` instead. Needs root and deploy/tools.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
name=${1:-localhost/piaoda:test}
"$here/base.sh"

# How this machine reaches a package index: the files that pip reads, and what they name. They are lent, not copied.
lent() {
  echo /etc/ssl/certs/ca-certificates.crt
  python3 -m pip config debug | sed -n 's/^ *\(\/.*\), exists: True$/\1/p'
  python3 -m pip config list | grep -oE "file://[^ ']+" | sed 's/^file:\/\///' | xargs -r dirname
  python3 -m pip config list | grep -oE "[ ']/[^ ']+" | tr -d "' "
}
mounts=()
while read -r path; do
  [ -e "$path" ] && mounts+=(-v "$path:$path:ro")
done < <(lent | sort -u)

revision=$(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo unknown)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/pyproject.toml")
buildah bud --quiet --isolation chroot --pull-never --layers=false --format docker "${mounts[@]}" \
  --build-arg PYTHON_IMAGE=localhost/python:3.13-slim-bookworm --build-arg BUILD_IMAGE=localhost/python:3.13-bookworm \
  --build-arg VERSION="$version" --build-arg REVISION="$revision" --build-arg EXTRAS="${EXTRAS:-}" \
  -t "$name" "$root"
