"""Passwords: argon2id hashes, and a brake on guessing.

Called by the directory. It keeps failures in the memory of this process alone and knows no database;
whoever guesses on several nodes is braked on each.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from engine.clock import Clock
from engine.errors import TooManyAttempts, said

SHORTEST_PASSWORD = 8
# A hash over a password of unbounded length is a way to make the server work.
LONGEST_PASSWORD = 1000

FREE_FAILURES = 5
LONGEST_WAIT = timedelta(minutes=5)
REMEMBERED_LOGINS = 10_000


class Passwords:
    """Hashes and checks passwords with argon2id (RFC 9106), by default with its library's parameters."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    def hash(self, password: str) -> str:
        """The hash to store."""
        return self._hasher.hash(_bytes_of(password))

    def verify(self, stored: str, password: str) -> bool:
        """Whether the password is the one of the hash.

        Without a stored hash as much work is done, so that the time does not tell which logins exist.
        """
        nobody = self._nobody  # drawn at the first attempt of all, whoever makes it
        try:
            right = self._hasher.verify(stored or nobody, _bytes_of(password[:LONGEST_PASSWORD]))
        except (Argon2Error, InvalidHashError):
            return False
        return right and bool(stored)

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("nobody has this password")

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)


def _bytes_of(password: str) -> bytes:
    # A form can carry half a surrogate pair: that is a wrong password, no failure of the server.
    return password.encode(errors="surrogatepass")


@dataclass
class _Failures:
    count: int
    blocked_until: datetime


class Brake:
    """Makes each failure after the fifth wait twice as long: 1, 2, 4 … seconds, at most five minutes.

    The wait is per login, wherever the attempts come from, and ends with the first success. The oldest
    of more than ten thousand logins are forgotten, so that guessing names cannot fill the memory.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, _Failures] = OrderedDict()
        self._lock = Lock()

    def check(self, login: str) -> None:
        """Raise TooManyAttempts (HTTP 429) while the login must wait."""
        with self._lock:
            failures = self._failures.get(login)
            now = self._clock.now()
            if failures is not None and now < failures.blocked_until:
                seconds = -((now - failures.blocked_until) // timedelta(seconds=1))
                raise TooManyAttempts(
                    said("登录失败次数过多，请在{seconds}秒后再试", seconds=seconds), seconds
                )

    def failed(self, login: str) -> None:
        """Count a failure."""
        with self._lock:
            failures = self._failures.pop(login, None) or _Failures(0, self._clock.now())
            failures.count += 1
            over = failures.count - FREE_FAILURES
            if over > 0:
                # The exponent is bounded: no wait is longer than LONGEST_WAIT, no number grows for ever.
                wait = min(timedelta(seconds=2 ** min(over - 1, 20)), LONGEST_WAIT)
                failures.blocked_until = self._clock.now() + wait
            self._failures[login] = failures
            while len(self._failures) > REMEMBERED_LOGINS:
                self._failures.popitem(last=False)

    def succeeded(self, login: str) -> None:
        """Forget the failures of a login."""
        with self._lock:
            self._failures.pop(login, None)
