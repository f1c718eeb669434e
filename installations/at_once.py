"""Work for many stores, a few at a time."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from .progress import Counted

AT_ONCE = 8

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def each(
    work: Callable[[_Item], _Result], items: Sequence[_Item], what: str
) -> Iterator[tuple[_Item, _Result]]:
    """Yield each item with what the work makes of it, as it is done; `what` is shown meanwhile.

    Raises:
        Exception: whatever the work raises, once all that was under way is done and yielded. What
            has not begun by then is not done.
    """
    with Counted(what) as counted, ThreadPoolExecutor(AT_ONCE) as pool:
        begun = {pool.submit(work, item): item for item in items}
        error = None
        try:
            for done, future in enumerate(as_completed(begun), start=1):
                if error := future.exception():
                    break
                yield begun.pop(future), future.result()
                counted.now(done, len(items))
        finally:
            pool.shutdown(cancel_futures=True)
        for future, item in begun.items():
            if not future.cancelled() and not future.exception():
                yield item, future.result()
        if error:
            raise error
