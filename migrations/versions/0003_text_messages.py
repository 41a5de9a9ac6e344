"""Text messages: the outbox, who wants none, what was answered, and appointments that were confirmed.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE appointments ADD COLUMN confirmed_at timestamptz;

CREATE TABLE outbox (
    id uuid NOT NULL,
    practice_id uuid NOT NULL,
    recipient text NOT NULL,
    body text NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    conversation_id uuid,
    appointment_id uuid,
    due_at timestamptz,
    retry_at timestamptz,
    status text DEFAULT 'queued' NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    sending_since timestamptz,
    sid text,
    error_code integer,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT outbox_key PRIMARY KEY (id),
    CONSTRAINT outbox_practice_id_key_unique UNIQUE (practice_id, key),
    CONSTRAINT outbox_sid_unique UNIQUE (sid),
    CONSTRAINT outbox_practice_id_refers FOREIGN KEY (practice_id) REFERENCES practices (id),
    CONSTRAINT outbox_conversation_id_refers FOREIGN KEY (conversation_id)
        REFERENCES conversations (id) ON DELETE SET NULL,
    CONSTRAINT outbox_appointment_id_refers FOREIGN KEY (appointment_id)
        REFERENCES appointments (id) ON DELETE SET NULL,
    CONSTRAINT outbox_status_known CHECK (
        status IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'withdrawn')
    ),
    CONSTRAINT outbox_recipient_e164 CHECK (recipient ~ '^\\+[1-9][0-9]{5,14}$'),
    CONSTRAINT outbox_only_sending_since CHECK ((status = 'sending') = (sending_since IS NOT NULL))
);
CREATE INDEX outbox_to_do ON outbox (created_at) WHERE status IN ('queued', 'sending');
CREATE INDEX outbox_practice_id_recipient ON outbox (practice_id, recipient);
CREATE INDEX outbox_appointment_id ON outbox (appointment_id);
CREATE INDEX outbox_conversation_id ON outbox (conversation_id);

CREATE TABLE opt_outs (
    practice_id uuid NOT NULL,
    number text NOT NULL,
    at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT opt_outs_key PRIMARY KEY (practice_id, number),
    CONSTRAINT opt_outs_practice_id_refers FOREIGN KEY (practice_id) REFERENCES practices (id)
);

CREATE TABLE received_texts (
    sid text NOT NULL,
    practice_id uuid NOT NULL,
    answers text[] NOT NULL,
    at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT received_texts_key PRIMARY KEY (sid),
    CONSTRAINT received_texts_practice_id_refers FOREIGN KEY (practice_id) REFERENCES practices (id)
);
CREATE INDEX received_texts_at ON received_texts (at);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    for table in ("received_texts", "opt_outs", "outbox"):
        op.execute(f"DROP TABLE {table}")
    op.execute("ALTER TABLE appointments DROP COLUMN confirmed_at")
