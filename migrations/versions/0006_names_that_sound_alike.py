"""Names that look or sound alike: trigrams and sounds of patients' names, each with an index.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

from alembic import op

from reception.errors import MisconfiguredError

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

EXTENSIONS = ("pg_trgm", "fuzzystrmatch")
#: A body that is read when the function is made (BEGIN ATOMIC) finds its functions again after a restore.
NAME_SOUNDS = """
    CREATE FUNCTION name_sounds(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT coalesce(array_agg(DISTINCT sound), '{}')
        FROM regexp_split_to_table(lower(name), '[^[:alpha:]]+') AS word,
            unnest(daitch_mokotoff(word)) AS sound;
    END
"""


def upgrade() -> None:
    for extension in EXTENSIONS:
        _create(extension)
    op.execute(NAME_SOUNDS)
    op.execute("CREATE INDEX patients_name_trigrams ON patients USING gin (lower(name) gin_trgm_ops)")
    op.execute("CREATE INDEX patients_name_sounds ON patients USING gin (name_sounds(name))")


def _create(extension: str) -> None:
    """Both are trusted, so the right to create in the database is enough."""
    found = op.get_bind().exec_driver_sql(
        "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = %(name)s),"
        " EXISTS (SELECT FROM pg_available_extensions WHERE name = %(name)s)"
        " AND has_database_privilege(current_database(), 'CREATE')",
        {"name": extension},
    )
    there, possible = found.one()
    if there:
        return
    if not possible:
        raise MisconfiguredError(
            f"The database lacks the extension {extension}, by which names that sound alike are found."
            f" Have an administrator run CREATE EXTENSION {extension} in it, then migrate again."
        )
    op.execute(f"CREATE EXTENSION {extension}")


def downgrade() -> None:
    op.execute("DROP INDEX patients_name_sounds")
    op.execute("DROP INDEX patients_name_trigrams")
    op.execute("DROP FUNCTION name_sounds")
