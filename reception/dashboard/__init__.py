"""The screens of staff: pages rendered by the server, kept fresh by htmx. docs/dashboard.md tells how."""
