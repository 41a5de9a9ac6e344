"""Fences between practices: row-level security on every table, and the roles that it holds for.

Messages and sessions name their practice themselves from now on. The version before, which works as the
owner of the tables and so beside every policy, goes on working: a trigger fills in what it leaves out.

Revision ID: 0021
Revises: 0020
"""

from __future__ import annotations

from alembic import op

from reception.database.roles import LEAKPROOF, PRACTICE, ROLES, fence, unfence
from reception.errors import MisconfiguredError

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

#: Tables that get the column: where an older version's rows find it.
NAMED_BY = {
    "messages": ("conversations", "conversation_id"),
    "staff_sessions": ("staff", "staff_id"),
}

NAMED_PRACTICE = f"""
    CREATE FUNCTION named_practice() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('{PRACTICE}', true), '')::uuid
"""

RIGHTS = f"""
    GRANT USAGE ON SCHEMA public TO {", ".join(ROLES)};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {", ".join(ROLES)};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {", ".join(ROLES)};
    ALTER DEFAULT PRIVILEGES IN SCHEMA public
        GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {", ".join(ROLES)};
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {", ".join(ROLES)};
    REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {", ".join(ROLES)};
    GRANT SELECT ON alembic_version TO PUBLIC
"""


#: Only a superuser may; without it all is found as well, but many patients are searched one by one.
QUICK = f"""
    DO $$ BEGIN
        IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
            {" ".join(f"ALTER FUNCTION {one} LEAKPROOF;" for one in LEAKPROOF)}
        END IF;
    END $$
"""


def upgrade() -> None:
    for role in ROLES:
        _create(role)
    op.execute(NAMED_PRACTICE)
    for table, (parent, key) in NAMED_BY.items():
        _name_the_practice(table, parent, key)
    op.execute(RIGHTS)
    op.execute(QUICK)
    for table, of_practice in _tables():
        column = "id" if table == "practices" else "practice_id" if of_practice else ""
        for statement in fence(table, column):
            op.execute(statement)


def _tables() -> list[tuple[str, bool]]:
    """Every table of ours, and whether its rows name a practice."""
    found = op.get_bind().exec_driver_sql("""
        SELECT relname::text, EXISTS (
            SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'practice_id'
        ) FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
    """)
    return [(table, of_practice) for table, of_practice in found]


def _create(role: str) -> None:
    """Roles belong to all databases of a server: another one may have made it, even at this moment."""
    connection = op.get_bind()
    found = connection.exec_driver_sql(
        "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %(role)s),"
        " (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user)",
        {"role": role},
    )
    there, may_create = found.one()
    if not there:
        if not may_create:
            raise MisconfiguredError(
                f"The database lacks the role {role}. Have an administrator run"
                f" CREATE ROLE {role} NOLOGIN; GRANT {role} TO <the role of RECEPTION_DATABASE_URL>;"
                " then migrate again."
            )
        op.execute(f"""
            DO $$ BEGIN
                CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END $$
        """)
    member = connection.exec_driver_sql(f"SELECT pg_has_role(current_user, '{role}', 'MEMBER')").scalar_one()
    if not member and may_create:
        op.execute(f"GRANT {role} TO CURRENT_USER")


def _name_the_practice(table: str, parent: str, key: str) -> None:
    """Adds the column, and a reference that keeps row and parent in one practice."""
    op.execute(f"ALTER TABLE {table} ADD COLUMN practice_id uuid")
    op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")  # nobody need hear of it
    op.execute(f"UPDATE {table} SET practice_id = p.practice_id FROM {parent} p WHERE p.id = {table}.{key}")
    op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    if parent == "conversations":
        op.execute(
            "ALTER TABLE conversations ADD CONSTRAINT conversations_practice_id_id_unique"
            " UNIQUE (practice_id, id)"
        )
    op.execute(f"""
        ALTER TABLE {table}
            ALTER COLUMN practice_id SET NOT NULL,
            DROP CONSTRAINT {table}_{key}_refers,
            ADD CONSTRAINT {table}_practice_id_refers FOREIGN KEY (practice_id) REFERENCES practices (id),
            ADD CONSTRAINT {table}_practice_id_{key}_refers FOREIGN KEY (practice_id, {key})
                REFERENCES {parent} (practice_id, id) ON DELETE CASCADE
    """)
    op.execute(f"""
        CREATE FUNCTION {table}_practice() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            SELECT practice_id INTO NEW.practice_id FROM {parent} WHERE id = NEW.{key};
            RETURN NEW;
        END $$
    """)
    op.execute(
        f"CREATE TRIGGER {table}_practice BEFORE INSERT ON {table} FOR EACH ROW"
        f" WHEN (NEW.practice_id IS NULL) EXECUTE FUNCTION {table}_practice()"
    )


def downgrade() -> None:
    for table, _ in _tables():
        for statement in unfence(table):
            op.execute(statement)
    op.execute(f"""
        ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {", ".join(ROLES)};
        ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {", ".join(ROLES)};
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {", ".join(ROLES)};
        REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {", ".join(ROLES)};
        REVOKE ALL ON SCHEMA public FROM {", ".join(ROLES)}
    """)
    for table, (parent, key) in NAMED_BY.items():
        op.execute(f"DROP TRIGGER {table}_practice ON {table}")
        op.execute(f"DROP FUNCTION {table}_practice()")
        op.execute(f"""
            ALTER TABLE {table}
                DROP COLUMN practice_id,
                ADD CONSTRAINT {table}_{key}_refers FOREIGN KEY ({key})
                    REFERENCES {parent} (id) ON DELETE CASCADE
        """)
    op.execute("ALTER TABLE conversations DROP CONSTRAINT conversations_practice_id_id_unique")
    op.execute("DROP FUNCTION named_practice()")
