#!/usr/bin/env bash
# Makes what the Dockerfile stands on where no registry can be asked: Debian bookworm with this machine's Python, as
#   localhost/python:3.13-slim-bookworm   (PYTHON_IMAGE)
#   localhost/python:3.13-bookworm        (BUILD_IMAGE: the same with binutils)
# once a machine: what is there stays. `deploy/image/base.sh --again` makes them anew. Needs root and deploy/tools.sh.
# Some 60 MB larger than the official images, for it is not made as carefully: never judge sizes by it.
set -euo pipefail
slim=localhost/python:3.13-slim-bookworm full=localhost/python:3.13-bookworm
there() { buildah inspect --type image "$1" >/dev/null 2>&1; }
if [ "${1:-}" != --again ] && there $slim && there $full; then exit 0; fi
[ "$(id -u)" = 0 ] || { echo "run this as root"; exit 1; }

# A Python that lives in a folder of its own can be taken along; one that lives in /usr cannot.
python=
for each in ${PYTHON:-} "$HOME"/.pyenv/versions/3.1[123].*/bin/python3 /usr/local/bin/python3; do
  [ -x "$each" ] && [ "$("$each" -c 'import sys; print(sys.base_prefix != "/usr" and sys.version_info >= (3, 11))')" = True ] || continue
  python=$each
  [[ $("$python" -V) == *" 3.13."* ]] && break
done
[ -n "$python" ] || { echo "no Python 3.11 to 3.13 outside /usr: name one with PYTHON=/path/to/bin/python3"; exit 1; }
home=$("$python" -c 'import sys; print(sys.base_prefix)')

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# As in the official image: no tests, no compiled files, no static library, no packages but pip.
mkdir "$work/python"
tar -C "$home" --exclude='__pycache__' --exclude='test' --exclude='tests' --exclude='idle_test' --exclude='*.a' \
  --exclude='site-packages/[!p]*' --exclude='site-packages/_*' -cf - bin lib include | tar -C "$work/python" -xf -

libraries=libssl3,libffi8,libsqlite3-0,zlib1g,libbz2-1.0,liblzma5,libreadline8,libncursesw6,libuuid1,libexpat1,libgdbm6,libdb5.3
mmdebstrap --quiet --variant=minbase --include="ca-certificates,netbase,tzdata,binutils,$libraries" bookworm "$work/root"

put() { # put IMAGE
  local made
  made=$(buildah from scratch)
  buildah add -q "$made" "$work/root" / >/dev/null
  buildah add -q "$made" "$work/python" /usr/local >/dev/null
  # Its programs name the folder they came from.
  buildah run --isolation chroot "$made" -- sh -euc "
    ldconfig
    rm -f /usr/local/bin/pip* && ln -sf python3 /usr/local/bin/python
    python -c 'import ssl, sqlite3, lzma, bz2, ctypes'"
  buildah config --env PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --env LANG=C.UTF-8 --cmd python3 "$made"
  buildah commit -q --rm "$made" "$1" >/dev/null
}
put $full
chroot "$work/root" env DEBIAN_FRONTEND=noninteractive apt-get purge -qq --auto-remove binutils >/dev/null 2>&1
put $slim
