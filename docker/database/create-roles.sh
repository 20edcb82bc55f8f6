#!/bin/sh
# Run by the image of PostgreSQL when its volume is empty: one role owns the ledger, the other works with it.
# What the second may do is granted by the gateway's migrations.
set -eu
: "${GATEHOUSE_OWNER_PASSWORD:?}" "${GATEHOUSE_PASSWORD:?}"

psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres <<'SQL'
-- A statement that fails is logged whole, and these hold passwords.
SET log_min_error_statement = panic;
\getenv owner_password GATEHOUSE_OWNER_PASSWORD
\getenv password GATEHOUSE_PASSWORD
CREATE ROLE gatehouse_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE gatehouse LOGIN PASSWORD :'password';
CREATE ROLE gatehouse_reader NOLOGIN;
CREATE DATABASE gatehouse OWNER gatehouse_owner;
REVOKE ALL ON DATABASE gatehouse FROM PUBLIC;
GRANT CONNECT ON DATABASE gatehouse TO gatehouse;
SQL
