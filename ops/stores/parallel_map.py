"""Work on several stores at the same time."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import TypeVar

from ops.stores.progress import Progress

WORKERS = 8

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def parallel_map(
    work: Callable[[_Item], _Result],
    items: Sequence[_Item],
    label: str,
    done: list[tuple[_Item, _Result]],
) -> None:
    """Append each item and its result to `done`; show progress with a label.

    The first error and Ctrl-C stop the work and are raised. Running items complete and are
    appended; no other item starts.
    """

    def one(item: _Item) -> None:
        done.append((item, work(item)))

    progress = Progress(label)
    with progress, ThreadPoolExecutor(WORKERS) as pool:
        futures: list[Future[None]] = []
        try:
            futures.extend(pool.submit(one, item) for item in items)
            for count, future in enumerate(as_completed(futures), start=1):
                future.result()
                progress.show(count, len(items))
        finally:
            pool.shutdown(cancel_futures=True)
