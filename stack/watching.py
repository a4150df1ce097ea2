"""Sees a running child end, and starts it again with growing pauses."""

from __future__ import annotations

import signal
import time

from stack.service import Child, StackError

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
# A child that ran this long starts with the shortest pause again.
STABLE_AFTER_S = 60.0


class Watched:
    """One child from its first start on. `look_after` never waits, so that one slow start holds up no other's."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self._name = f"{child.service.name:<12}"
        self._started_at = time.monotonic()
        self._starting = False
        self._pause_s = FIRST_PAUSE_S
        self._restart_at: float | None = None

    def look_after(self) -> str | None:
        """Does what is due by now; returns what there is to say about it."""
        code = self.child.exit_code()
        if code is None:
            return self._see_it_start() if self._starting else None
        if self._restart_at is None:
            return self._plan_restart(f"ended ({_reason(code)})")
        if time.monotonic() >= self._restart_at:
            return self._restart()
        return None

    def _plan_restart(self, what: str) -> str:
        now = time.monotonic()
        if now - self._started_at > STABLE_AFTER_S:
            self._pause_s = FIRST_PAUSE_S
        pause_s, self._pause_s = self._pause_s, min(self._pause_s * 2, LONGEST_PAUSE_S)
        self._restart_at = now + pause_s
        return f"{self._name} {what}; starting it again in {pause_s:.1f} s, see {self.child.log}"

    def _restart(self) -> str | None:
        self._started_at, self._restart_at = time.monotonic(), None
        try:
            self.child.start()
        except (StackError, OSError) as error:
            return self._plan_restart(f"could not be started ({error})")
        self._starting = True
        return None

    def _see_it_start(self) -> str | None:
        try:
            if self.child.check_ready():
                self._starting = False
                return f"{self._name} runs again"
        except StackError as error:
            self.child.stop()
            return f"{self._name} {error}"
        if time.monotonic() - self._started_at > self.child.service.start_timeout_s:
            # The next round sees that it has ended, and plans another start.
            self.child.stop()
            return f"{self._name} does not answer"
        return None


def _reason(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
