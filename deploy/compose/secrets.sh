#!/bin/sh
# Makes the secrets that deploy/compose.yaml mounts, as files in deploy/secrets/. What is there stays.
# Only you can enter the folder; the files in it are readable, because each container has a user of its own.
set -eu
folder=$(dirname "$0")/../secrets
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"
[ -e .gitignore ] || echo '*' > .gitignore

make() { # make NAME: what stands on standard input, unless it is there
  [ -s "$1" ] || { cat > "$1"; chmod 644 "$1"; }
}
random() { # random BYTES, in hexadecimal digits
  od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'
}

random 24 | make postgres_password
random 24 | make reader_password
random 24 | make grafana_password
random 32 | make piaoda_secret
random 24 | make first_key
printf 'postgresql://piaoda:%s@postgres:5432/piaoda' "$(cat postgres_password)" | make database_url
# That of your mail account, by which Alertmanager sends. It is yours to write into the file.
make smtp_password < /dev/null
echo "In $(pwd): first_key opens the console, grafana_password Grafana (user admin); smtp_password is empty until you fill it."
