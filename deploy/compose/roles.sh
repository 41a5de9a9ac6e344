#!/bin/sh
# The roles of the service: docs/runbook.md, "Who may do what in the database". PostgreSQL's image runs this when it makes
# the database; where that is older, run it once by hand (it changes nothing the second time):
#   docker compose -f deploy/compose.yaml exec postgres sh /docker-entrypoint-initdb.d/roles.sh
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -v password="$POSTGRES_SERVICE_PASSWORD" <<'SQL'
SELECT format('CREATE ROLE %I NOLOGIN', name)
    FROM unnest(ARRAY['reception_service', 'reception_across']) AS name
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT 'CREATE ROLE reception_app LOGIN NOINHERIT'
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reception_app') \gexec
GRANT reception_service, reception_across TO reception_app;
ALTER ROLE reception_app PASSWORD :'password';
SQL
