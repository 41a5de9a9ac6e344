"""KEDA and the autoscaler under it: how many replicas there should be, from one moment to the next."""

from __future__ import annotations

from collections import deque
from math import ceil

from deploy.simulate.arrivals import STEP
from deploy.simulate.manifest import Rules

#: Within this share of the target the autoscaler leaves things as they are.
TOLERANCE = 0.1


class Scaler:
    """Follows the rules: KEDA wakes the first replica and puts the last to sleep; the rest is the HPA's."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._idle = 0.0
        self._wanted: deque[tuple[int, int]] = deque()  # step and wish, wishes falling: the window's maximum
        self._lowered = -rules.down_period
        self.replicas = 0

    def step(self, number: int, calls: float, turns: float, asked: float, cron: float) -> int:
        """The replicas that should run now; `turns` a second, `asked` at once."""
        rules = self._rules
        loads = ((calls, rules.calls), (turns, rules.turns), (asked, rules.asked))
        active = cron >= 1 or any(load > threshold.activation for load, threshold in loads)
        self._idle = 0.0 if active else self._idle + STEP
        if self.replicas == 0:
            if active:
                self.replicas = 1
                self._wanted.clear()
            return self.replicas
        if self._idle >= rules.cooldown:
            self.replicas = 0
            return 0
        wishes = [load / threshold.per_replica for load, threshold in loads]
        wish = max(1, ceil(cron), *(self._rounded(one) for one in wishes))
        self._scale(number, min(wish, rules.most))
        return self.replicas

    def _rounded(self, wish: float) -> int:
        if abs(wish / self.replicas - 1) <= TOLERANCE:
            return self.replicas
        return ceil(wish)

    def _scale(self, number: int, wish: int) -> None:
        rules = self._rules
        while self._wanted and self._wanted[-1][1] <= wish:
            self._wanted.pop()
        self._wanted.append((number, wish))
        while self._wanted[0][0] < number - rules.down_window / STEP:
            self._wanted.popleft()
        if wish > self.replicas:
            most = max(self.replicas * (1 + rules.up_percent / 100), self.replicas + rules.up_pods)
            self.replicas = min(wish, int(most))
        elif self._wanted[0][1] < self.replicas and (number - self._lowered) * STEP >= rules.down_period:
            least = int(self.replicas * (1 - rules.down_percent / 100))
            self.replicas = max(self._wanted[0][1], least, 1)
            self._lowered = number


class Fixed:
    """So many in the steps in which cron asks for any; no load counts."""

    def __init__(self, replicas: int) -> None:
        self._replicas = replicas

    def step(self, number: int, calls: float, turns: float, asked: float, cron: float) -> int:
        """The replicas that should run now."""
        return self._replicas if cron >= 1 else 0
