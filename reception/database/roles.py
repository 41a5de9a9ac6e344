"""The roles under which the service works, and the statements that fence a table (for migrations).

`reception_service` sees the rows of one practice, the one that the transaction names; `reception_across`
sees every practice's, to find out whose a token or number is, for the worker and for the terminal. Neither
can log in, owns a table or may look past the policies.
"""

from __future__ import annotations

ONE_PRACTICE, ACROSS = "reception_service", "reception_across"
ROLES = (ONE_PRACTICE, ACROSS)
#: The setting by which a transaction names its practice.
PRACTICE = "reception.practice"


#: What queries compare names and times with. PostgreSQL looks into an index only for what it knows to give
#: nothing of a row away (by an error, say); of these it does not know it, though none of them does.
LEAKPROOF = (
    "pg_catalog.lower(text)",
    "pg_catalog.textlike(text, text)",
    "pg_catalog.texticlike(text, text)",
    "pg_catalog.split_part(text, text, integer)",
    "pg_catalog.lower(anyrange)",
    "pg_catalog.upper(anyrange)",
    "pg_catalog.range_overlaps(anyrange, anyrange)",
    "pg_catalog.arrayoverlap(anyarray, anyarray)",
    "similarity_op(text, text)",
    "word_similarity_op(text, text)",
    "word_similarity_commutator_op(text, text)",
    "name_sounds(text)",
)


def fence(table: str, column: str = "practice_id") -> list[str]:
    """Statements that make a new table's rows visible to their own practice only.

    Without a `column` they are no practice's, and visible only where every practice's are.
    """
    enable = f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    every = f"CREATE POLICY every_practice ON {table} TO {ACROSS} USING (true) WITH CHECK (true)"
    if not column:
        return [enable, every]
    own = f"{column} = named_practice()"
    return [
        enable,
        every,
        f"CREATE POLICY own_practice ON {table} TO {ONE_PRACTICE} USING ({own}) WITH CHECK ({own})",
    ]


def unfence(table: str) -> list[str]:
    """Takes back what `fence` did."""
    return [
        f"DROP POLICY IF EXISTS own_practice ON {table}",
        f"DROP POLICY every_practice ON {table}",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]
