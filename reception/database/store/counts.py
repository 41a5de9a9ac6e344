"""Queries that count requests for all processes together."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from reception.database.store.queries import Queries

#: One statement, so that requests at the same moment in other processes come one after the other.
_COUNT = text("""
    INSERT INTO request_counts AS counted (key, times) VALUES (:key, ARRAY[clock_timestamp()])
    ON CONFLICT (key) DO UPDATE SET times = clock_timestamp() || ARRAY(
        SELECT at FROM unnest(counted.times) AS at WHERE at > clock_timestamp() - :window
        ORDER BY at DESC LIMIT :most - 1
    )
    WHERE coalesce(counted.times[:most] <= clock_timestamp() - :window, true)
    RETURNING 0
""")
_WAIT = text("""
    SELECT extract(epoch FROM times[:most] + :window - clock_timestamp())::float8
    FROM request_counts WHERE key = :key
""")
_SWEEP = text("DELETE FROM request_counts WHERE times[1] < clock_timestamp() - interval '10 minutes'")


class Counts(Queries):
    """Each key's row has the times of its latest requests, newest first. Times are real, never pinned."""

    async def count_request(self, key: str, most: int, window: timedelta) -> float:
        """Counts a request unless there were `most` within `window`: 0, or the seconds to wait."""
        given = {"key": key, "most": most, "window": window}
        if await self._connection.scalar(_COUNT, given) is not None:
            return 0.0
        wait: float | None = await self._connection.scalar(_WAIT, given)
        return max(wait or 0.0, 0.001)

    async def sweep_request_counts(self) -> None:
        """Forgets those who have not asked for a while."""
        await self._connection.execute(_SWEEP)
