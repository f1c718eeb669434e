"""Work on many stores: what is done is never lost."""

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from ops.stores.parallel_map import parallel_map


def fail() -> None:
    raise ValueError("zero")


def interrupt() -> None:
    """As Ctrl-C does, which reaches the main thread wherever it is."""
    os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """A shell starts its background jobs with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("place", [0, 50])
@pytest.mark.parametrize(("end", "error"), [(fail, ValueError), (interrupt, KeyboardInterrupt)])
def test_if_the_work_ends_early_all_results_so_far_are_there(
    place: int, end: Callable[[], None], error: type[BaseException]
) -> None:
    done, found = list[int](), list[tuple[int, int]]()

    def work(item: int) -> int:
        if item == place:
            end()
        time.sleep(0.01)
        done.append(item)
        return item * item

    with pytest.raises(error):
        parallel_map(work, range(1000), "Working", found)
    assert sorted(found) == [(item, item * item) for item in sorted(done)]
    assert len(done) < 1000
