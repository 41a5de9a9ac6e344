"""PostgreSQL: tables, every query, and the embedded server."""
