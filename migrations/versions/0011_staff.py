"""Staff: accounts, sessions, invitations, who attends a conversation, who saw what; changes are announced.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ACCOUNTS = """
    CREATE TABLE staff (
        id uuid NOT NULL,
        practice_id uuid NOT NULL,
        name text NOT NULL,
        email text NOT NULL,
        password_hash text NOT NULL,
        totp_secret text NOT NULL,
        totp_step bigint DEFAULT 0 NOT NULL,
        recovery_codes jsonb NOT NULL,
        role text NOT NULL,
        active boolean DEFAULT true NOT NULL,
        failed_logins integer DEFAULT 0 NOT NULL,
        locked_until timestamptz,
        logged_in_at timestamptz,
        created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
        CONSTRAINT staff_key PRIMARY KEY (id),
        CONSTRAINT staff_practice_id_id_unique UNIQUE (practice_id, id),
        CONSTRAINT staff_email_unique UNIQUE (email),
        CONSTRAINT staff_email_in_lower_case CHECK (email = lower(email)),
        CONSTRAINT staff_role_known CHECK (role IN ('admin', 'staff', 'viewer')),
        CONSTRAINT staff_practice_id_refers FOREIGN KEY (practice_id) REFERENCES practices (id)
    )
"""

SESSIONS = """
    CREATE TABLE staff_sessions (
        token_hash text NOT NULL,
        staff_id uuid NOT NULL,
        created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
        seen_at timestamptz DEFAULT clock_timestamp() NOT NULL,
        CONSTRAINT staff_sessions_key PRIMARY KEY (token_hash),
        CONSTRAINT staff_sessions_staff_id_refers FOREIGN KEY (staff_id) REFERENCES staff (id)
            ON DELETE CASCADE
    )
"""

INVITATIONS = """
    CREATE TABLE invitations (
        token_hash text NOT NULL,
        practice_id uuid NOT NULL,
        staff_id uuid,
        role text NOT NULL,
        first boolean DEFAULT false NOT NULL,
        email text NOT NULL,
        totp_secret text NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
        CONSTRAINT invitations_key PRIMARY KEY (token_hash),
        CONSTRAINT invitations_role_known CHECK (role IN ('admin', 'staff', 'viewer')),
        CONSTRAINT invitations_practice_id_refers FOREIGN KEY (practice_id) REFERENCES practices (id),
        CONSTRAINT invitations_practice_id_staff_id_refers FOREIGN KEY (practice_id, staff_id)
            REFERENCES staff (practice_id, id) ON DELETE CASCADE
    )
"""

#: One line per changed row, identifiers only. Equal lines of one transaction arrive once.
ANNOUNCE = """
    CREATE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        changed record;
        practice uuid;
        conversation uuid;
    BEGIN
        IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
        IF TG_TABLE_NAME = 'messages' THEN
            conversation := changed.conversation_id;
            SELECT practice_id INTO practice FROM conversations WHERE id = conversation;
            IF practice IS NULL THEN RETURN NULL; END IF;
        ELSE
            practice := changed.practice_id;
            IF TG_TABLE_NAME = 'conversations' THEN
                conversation := changed.id;
            ELSE
                conversation := changed.conversation_id;
            END IF;
        END IF;
        PERFORM pg_notify('reception_changes', json_build_object(
            'practice', practice, 'kind', TG_TABLE_NAME, 'id', changed.id, 'conversation', conversation
        )::text);
        RETURN NULL;
    END $$
"""

ANNOUNCED = ("conversations", "messages", "requests", "appointments")


def upgrade() -> None:
    op.execute(ACCOUNTS)
    op.execute("CREATE INDEX staff_practice_id ON staff (practice_id)")
    op.execute(SESSIONS)
    op.execute("CREATE INDEX staff_sessions_staff_id ON staff_sessions (staff_id)")
    op.execute(INVITATIONS)
    op.execute("ALTER TABLE audit_log ADD COLUMN staff_id uuid")
    op.execute("CREATE INDEX audit_log_staff_id_at ON audit_log (staff_id, at)")
    op.execute("""
        ALTER TABLE conversations
            ADD COLUMN attended_by uuid,
            ADD COLUMN attended_at timestamptz,
            ADD CONSTRAINT conversations_practice_id_attended_by_refers
                FOREIGN KEY (practice_id, attended_by) REFERENCES staff (practice_id, id)
    """)
    op.execute("""
        ALTER TABLE requests
            ADD COLUMN seen_by uuid,
            ADD COLUMN seen_at timestamptz,
            ADD CONSTRAINT requests_practice_id_seen_by_refers
                FOREIGN KEY (practice_id, seen_by) REFERENCES staff (practice_id, id)
    """)
    op.execute(ANNOUNCE)
    for table in ANNOUNCED:
        op.execute(
            f"CREATE TRIGGER {table}_announced AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION announce_change()"
        )


def downgrade() -> None:
    for table in ANNOUNCED:
        op.execute(f"DROP TRIGGER {table}_announced ON {table}")
    op.execute("DROP FUNCTION announce_change()")
    op.execute("ALTER TABLE requests DROP COLUMN seen_by, DROP COLUMN seen_at")
    op.execute("ALTER TABLE conversations DROP COLUMN attended_by, DROP COLUMN attended_at")
    op.execute("ALTER TABLE audit_log DROP COLUMN staff_id")
    op.execute("DROP TABLE invitations")
    op.execute("DROP TABLE staff_sessions")
    op.execute("DROP TABLE staff")
