"""What patients say is encrypted: see reception/database/encrypted.py. A worker encrypts what is there.

The form of a number can't be checked by the database any more; the store does. Encrypting a row again
changes nothing that anybody sees, so that it is not announced.

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

#: A line that a transaction silences by `SET LOCAL reception.quiet = 'on'`.
QUIET = "IF current_setting('reception.quiet', true) = 'on' THEN RETURN NULL; END IF;"


def upgrade() -> None:
    op.execute("ALTER TABLE outbox DROP CONSTRAINT outbox_recipient_e164")
    op.execute("DROP INDEX patients_phone_end")
    op.execute("CREATE INDEX patients_phone_end ON patients (practice_id, split_part(phone, '.', 4))")
    _redefine("\n    BEGIN\n", f"\n    BEGIN\n        {QUIET}\n")
    op.execute("""
        CREATE TABLE erased_sources (
            practice_id uuid NOT NULL,
            source_key text NOT NULL,
            CONSTRAINT erased_sources_key PRIMARY KEY (practice_id, source_key),
            CONSTRAINT erased_sources_practice_id_refers FOREIGN KEY (practice_id) REFERENCES practices (id)
        )
    """)


def downgrade() -> None:
    op.execute("DROP TABLE erased_sources")
    _redefine(f"\n    BEGIN\n        {QUIET}\n", "\n    BEGIN\n")
    op.execute("DROP INDEX patients_phone_end")
    op.execute('CREATE INDEX patients_phone_end ON patients (practice_id, "right"(phone, 4))')
    op.execute(
        r"ALTER TABLE outbox ADD CONSTRAINT outbox_recipient_e164"
        r" CHECK (recipient ~ '^\+[1-9][0-9]{5,14}$') NOT VALID"
    )


def _redefine(old: str, new: str) -> None:
    """Changes the functions that announce changes, whatever else they have become."""
    for function in ("announce_change", "announce_patient"):
        query = f"SELECT pg_get_functiondef('{function}'::regproc)"
        now = op.get_bind().exec_driver_sql(query).scalar_one()
        assert old in now
        op.execute(now.replace(old, new, 1))
