"""Work for many stores, a few at a time."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import TypeVar

from ops.stores.progress import Counted

AT_ONCE = 8

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def each(
    work: Callable[[_Item], _Result],
    items: Sequence[_Item],
    what: str,
    done: list[tuple[_Item, _Result]],
) -> None:
    """Add each item, with what the work makes of it, to what is `done`; `what` is shown meanwhile.

    The work is ended by its first error, and by Ctrl-C: what is under way then is completed and
    added, and nothing else begun.

    Raises:
        Exception: whatever the work raises.
        KeyboardInterrupt: it was interrupted.
    """

    def one(item: _Item) -> None:
        done.append((item, work(item)))

    with Counted(what) as counted, ThreadPoolExecutor(AT_ONCE) as pool:
        begun: list[Future[None]] = []
        try:
            begun.extend(pool.submit(one, item) for item in items)
            for count, future in enumerate(as_completed(begun), start=1):
                future.result()
                counted.now(count, len(items))
        finally:
            pool.shutdown(cancel_futures=True)
