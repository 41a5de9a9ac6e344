"""Patients' records in the hands of staff: looking somebody up, changing, telling twins apart."""
