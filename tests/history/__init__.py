"""Many patients, callers and staff at once, while parts die: afterwards the recorded history is judged."""
