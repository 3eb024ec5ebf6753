"""Attempts at a request, with exponential backoff that the whole cluster shares.

tenacity was considered: whether an attempt counts depends here on the bytes that it brought, and a wait may hold for
all processes, so that only its loop would be left.
"""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from pipeline.errors import BadInput, MewsError
from stages.download import rate_limit
from stages.download.origin import FetchConfig, public
from stages.download.request import Forbidden, Missing, NoConnection, PermanentError, TransientError

T = TypeVar("T")
PROGRESS = 1 << 20  # an attempt that brought fewer bytes counts as one in vain


class NotFound(BadInput):
    """There is no such file."""


class Unreachable(MewsError):
    """A file could not be had after all attempts."""


class Refused(MewsError):
    """The host does not want our requests."""


def retry(url: str, config: FetchConfig, seed: str, ask: Callable[[], T], came: Callable[[], int] = int) -> T:
    """The answer of `ask`, which is called again after breaks: at most once a second, and ever more rarely.

    `came` counts the bytes so far, and `seed` is of the waits' jitter. Raises NotFound, Unreachable or Refused.
    """
    dice, vain, breaks, acquired = random.Random(seed), 0, 0, 0.0
    while True:
        before = came()
        try:
            with rate_limit.acquire(url, config.requests) as acquired:
                answer = ask()
            rate_limit.served(url, acquired)
            return answer
        except Missing:
            raise NotFound(f"{public(url)}: no such file; check the snapshot or the list of paths") from None
        except PermanentError as error:
            raise Unreachable(f"{public(url)}: {error}; check the address and the keys") from None
        except Forbidden as error:
            wait = _slow_down(url, acquired, error, config)
        except TransientError as error:
            cost = max(1, config.attempts // 8) if isinstance(error, NoConnection) else 1
            vain, breaks = (0, 0) if came() - before >= PROGRESS else (vain + cost, breaks + 1)
            if vain >= config.attempts:
                raise Unreachable(f"{public(url)}: {error} again and again; run again to go on with it") from None
            wait = dice.uniform(0, min(config.max_wait, config.min_wait * 2 ** min(breaks, 30)))
            honour_retry_after(url, error.after, config)
        time.sleep(max(config.min_wait, wait))


def honour_retry_after(url: str, after: float, config: FetchConfig) -> None:
    """Let nobody send a request to the host for as long as it asks; raises Refused when that is too long to wait."""
    if after > config.max_retry_after:
        raise Refused(f"{public(url)}: the host asks to wait {after:.0f} seconds; run again after that")
    if after > 0:
        rate_limit.backoff(url, after)


def _slow_down(url: str, acquired: float, error: Forbidden, config: FetchConfig) -> float:
    """After a 403 all processes back off, each time for twice as long; after some in a row Refused is raised."""
    count = rate_limit.refused(url, acquired)
    if count >= config.refusals:
        raise Refused(
            f"{public(url)}: refused {count} times (403), the host limits us; wait a day, then run again with a lower "
            f"MEWS_REQUESTS (now {config.requests}), or read from s3:// inside its region"
        )
    rate_limit.backoff(url, min(config.max_wait, config.min_wait * 10 * 2**count))
    honour_retry_after(url, error.after, config)
    return 0.0
