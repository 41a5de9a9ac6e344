"""llama.cpp behind one door: only this package, and the benchmark that compares with it, import llama_cpp."""

from __future__ import annotations

import os

# Before llama.cpp is loaded. Its threads wait for one another hundreds of times a token: spinning without
# end, an answer took 3 to 10 times as long where anything else wanted a core too; sleeping at once, 2.5 times
# as long on an idle machine. A short spin, then sleep, costs neither.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
