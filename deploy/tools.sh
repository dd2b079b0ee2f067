#!/usr/bin/env bash
# Installs what `make deploy-check` needs of the distribution (Debian or Ubuntu), as far as it is missing:
#   deploy/tools.sh            everything
#   deploy/tools.sh short      what the short check needs
set -euo pipefail
short=(prometheus prometheus-alertmanager pgbouncer postgresql-15 buildah podman runc conmon catatonit uidmap mmdebstrap)
long=(skopeo patroni python3-etcd etcd-server chromium fonts-noto-cjk)
wanted=("${short[@]}")
[ "${1:-}" = short ] || wanted+=("${long[@]}")
missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} = 0 ] && exit 0
[ "$(id -u)" = 0 ] || { echo "missing: ${missing[*]}; install them, or run this as root"; exit 1; }
export DEBIAN_FRONTEND=noninteractive
# No cluster of PostgreSQL and no server of anything may start by itself on the machine.
policy=/usr/sbin/policy-rc.d
[ -e $policy ] || { printf '#!/bin/sh\nexit 101\n' > $policy; chmod +x $policy; trap 'rm -f /usr/sbin/policy-rc.d' EXIT; }
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
