#!/bin/sh
# A base back-up of the whole PostgreSQL server, beside the archive of its write-ahead log. Needs PostgreSQL's
# programs on the PATH, and:
#   BACKUPS   the folder with wal/ (where archive_command puts the log) and base/ (made here)
#   PGHOST, PGPORT, PGUSER, PGPASSWORD …  a role that may replicate
#   KEEP      how many base back-ups stay (7); the log older than the oldest of them goes
# Example: BACKUPS=/backups PGHOST=/run/postgresql PGUSER=reception back_up.sh
set -eu
: "${BACKUPS:?the folder with wal/ and base/}"
keep=${KEEP:-7}
part="$BACKUPS/base/.part"

mkdir -p "$BACKUPS/base" "$BACKUPS/wal"
rm -rf "$part"
pg_basebackup --pgdata "$part" --checkpoint fast --wal-method stream
pg_verifybackup --quiet "$part"
# Named by when it was complete: a restore to an earlier moment must take one before.
name=$(date -u +%Y-%m-%dT%H:%M:%SZ)
mv "$part" "$BACKUPS/base/$name"

ls "$BACKUPS/base" | sort -r | tail -n +"$((keep + 1))" | while read -r old; do rm -rf "$BACKUPS/base/$old"; done
oldest=$(ls "$BACKUPS/base" | sort | head -n 1)
first=$(sed -n 's/^START WAL LOCATION: .*file \([0-9A-F]*\).*/\1/p' "$BACKUPS/base/$oldest/backup_label")
pg_archivecleanup "$BACKUPS/wal" "$first"
echo "$BACKUPS/base/$name"
