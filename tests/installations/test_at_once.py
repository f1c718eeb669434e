"""Work for many stores: what is done is never lost."""

import pytest

from installations.at_once import each


def work(item: int) -> int:
    if item == 0:
        raise ValueError("zero")
    return item * item


def test_each_item_comes_with_what_the_work_makes_of_it() -> None:
    assert dict(each(work, range(1, 100), "Working")) == {n: n * n for n in range(1, 100)}


@pytest.mark.parametrize("place", [0, 50])
def test_where_the_work_fails_all_that_is_done_is_yielded_before(place: int) -> None:
    done, yielded = set[int](), set[int]()

    def counted(item: int) -> int:
        result = work(item)
        done.add(item)
        return result

    items = [*range(1, place + 1), 0, *range(place + 1, 1000)]
    with pytest.raises(ValueError, match="zero"):
        for item, _ in each(counted, items, "Working"):
            yielded.add(item)
    assert yielded == done
