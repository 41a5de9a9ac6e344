#!/bin/sh
# Makes a data directory from a base back-up and the archived log: as it was at a moment, or as late as the archive
# goes. Touches neither the back-ups nor the running server. Then start PostgreSQL on it.
# Usage:   restore.sh BACKUPS DATA_DIRECTORY [MOMENT]
# Example: restore.sh /backups /var/lib/postgresql/18/restored "2026-11-28 09:41:00+00"
set -eu
backups=${1:?the folder with wal/ and base/} data=${2:?a data directory that does not exist yet} moment=${3:-}

if [ -e "$data" ] && [ -n "$(ls -A "$data")" ]; then
    echo "$data is not empty: name a new directory, so that nothing is overwritten." >&2
    exit 1
fi
if [ -n "$moment" ]; then
    wanted=$(date -u -d "$moment" +%Y-%m-%dT%H:%M:%SZ) || { echo "$moment is no moment." >&2; exit 1; }
else
    wanted=9999
fi
base=""
for each in "$backups"/base/*/; do
    name=$(basename "$each")
    # The names sort as time goes.
    if [ -f "$each/backup_manifest" ] && [ "$(printf '%s\n%s\n' "$name" "$wanted" | sort | head -n 1)" = "$name" ]; then
        base=$each
    fi
done
if [ -z "$base" ]; then
    echo "No base back-up in $backups/base was complete by then." >&2
    exit 1
fi

mkdir -p "$data"
chmod 700 "$data"
cp -a "$base/." "$data"
{
    echo "restore_command = 'cp \"$backups/wal/%f\" \"%p\"'"
    echo "recovery_target_action = 'promote'"
    # Whoever restores has not decided yet whether this becomes the server: it must not write into the archive.
    echo "archive_command = '/bin/false'"
    [ -z "$moment" ] || echo "recovery_target_time = '$moment'"
} >> "$data/postgresql.auto.conf"
touch "$data/recovery.signal"
echo "$data is ready, from $(basename "$base"): start PostgreSQL on it."
