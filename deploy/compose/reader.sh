#!/bin/sh
# Runs once, when the database is made: a role for Grafana, which reads and cannot keep the database busy.
set -eu
psql -q -v ON_ERROR_STOP=1 -v password="$(cat /run/secrets/reader_password)" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
CREATE ROLE reader LOGIN CONNECTION LIMIT 4 PASSWORD :'password';
GRANT pg_read_all_data TO reader;
ALTER ROLE reader SET default_transaction_read_only = on;
ALTER ROLE reader SET statement_timeout = '10s';
SQL
