"""llama.cpp behind one door: the only package that imports llama_cpp."""

from __future__ import annotations

import os

# Before llama.cpp is loaded: its threads otherwise spin while they wait for one another, and where the web
# server, the database or anything else wants a core too, an answer took 3 to 10 times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
