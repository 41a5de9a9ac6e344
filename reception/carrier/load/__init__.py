"""Many simulated patients calling at once: how long they wait for an answer, and whether all went well."""
