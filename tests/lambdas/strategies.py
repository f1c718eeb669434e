"""Input of chance: anything at all, and what would be right but for one to three changes."""

import re
import string
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import reduce
from operator import getitem
from typing import Any, TypeVar
from urllib.parse import quote

from hypothesis import strategies as st

# Part of whatever a stranger sends, so that it is found wherever it comes out.
MARK = "a-strangers-words"
# More characters than a parameter may have.
TOO_LONG = MARK + "a" * 8192

T = TypeVar("T")
Pairs = list[tuple[str, str]]

# One change more often than several: of those, only the first that is checked is seen.
_numbers_of_changes = st.sampled_from([1, 1, 1, 2, 3])

# Also halves of surrogate pairs, which are JSON but no text.
texts = st.text(st.characters(exclude_categories=[]), max_size=40)
strangers_texts = texts.map(lambda text: MARK + text)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(texts, children, max_size=3),
    max_leaves=8,
)


def mostly(
    usual: st.SearchStrategy[T], rare: st.SearchStrategy[T], *, one_in: int = 10
) -> st.SearchStrategy[T]:
    """The usual, and the rare once in so many examples."""
    return st.integers(1, one_in).flatmap(lambda number: rare if number == one_in else usual)


def _quoted(text: str) -> str:
    """Percent-encoded, but for what has no encoding."""
    return re.sub(r"[^\ud800-\udfff]+", lambda part: quote(part[0]), text)


def _quoted_throughout(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode(errors="surrogatepass"))


def _quoted_twice(text: str) -> str:
    return _quoted(_quoted(text))


def _unquoted(text: str) -> str:
    return text


# The usual ones more often, because the others can make a parameter another.
_spellings = st.sampled_from([*[_quoted] * 5, _quoted_throughout, _unquoted, _quoted_twice])
_separators = st.sampled_from([*["&"] * 10, "&&", ";"])
# What changes nothing for the callbacks that do not know it.
_more_parameters = st.sampled_from(
    [("external_install", "true"), ("external_install", ""), ("lang", MARK), (MARK, ""), ("", MARK)]
)

_any_parameters = st.sampled_from(
    ["code", "scope", "context", "account_uuid", "external_install", "signed_payload_jwt"]
)
any_values = st.one_of(
    strangers_texts,
    st.sampled_from(["", "stores/abc123def4", "stores/../abc", "a.b.c", "\ud800", TOO_LONG]),
    st.lists(st.binary(max_size=30), min_size=2, max_size=4).map(
        lambda parts: ".".join(part.hex() for part in parts)
    ),
)
any_queries = st.one_of(
    strangers_texts,
    st.lists(st.tuples(_any_parameters | texts, any_values), max_size=8).map(
        lambda pairs: "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)
    ),
    st.binary(max_size=60).map(lambda content: f"code={MARK}{quote(content)}"),
)


@st.composite
def changed_texts(draw: st.DrawFn, text: str) -> str:
    """The text in another case, cut off, or with something more or less in it."""
    at = draw(st.integers(0, max(len(text) - 1, 0)))
    before, here, after = text[:at], text[at : at + 1], text[at + 1 :]
    other = draw(st.sampled_from(string.ascii_letters + string.digits))
    changes = [
        *(text.upper(), text.swapcase(), before + here.swapcase() + after),
        *(before, after, before + after, before + other + after),
        *(
            before + MARK + here + after,
            text + text,
            f" {text}",
            f"{text}\n",
            f"{text}=",
            f"{text}/",
        ),
    ]
    return draw(st.sampled_from(changes))


@st.composite
def changed_queries(
    draw: st.DrawFn, right: Callable[[], Pairs], others: st.SearchStrategy[str] = any_values
) -> str:
    """The query string of these parameters, with one to three changes, in some spelling.

    `right` is asked at each example, because a code can be used once; `others` are values to put in
    the place of the right ones.
    """
    pairs = right()
    for _ in range(draw(_numbers_of_changes)):
        pairs = draw(_changed_pairs(pairs, others))
    spelled = [(draw(_spellings), name, value) for name, value in pairs]
    separator = draw(_separators)
    return separator.join(f"{_quoted(name)}={spell(value)}" for spell, name, value in spelled)


@st.composite
def _changed_pairs(draw: st.DrawFn, pairs: Pairs, others: st.SearchStrategy[str]) -> Pairs:
    """The parameters with one changed, missing, given twice or added; or in the reverse order."""
    if not pairs:
        return [("external_install", "")]
    at = draw(st.integers(0, len(pairs) - 1))
    name, value = pairs[at]
    instead: st.SearchStrategy[Pairs] = st.one_of(
        st.sampled_from([[], [(name, "")], [(name, value), (name, value)]]),
        st.sampled_from([f"{MARK}\ud800", TOO_LONG]).map(lambda odd: [(name, odd)]),
        changed_texts(value).map(lambda text: [(name, text)]),
        others.map(lambda other: [(name, other)]),
        others.map(lambda other: [(name, value), (name, other)]),
        changed_texts(name).map(lambda text: [(text, value)]),
        _more_parameters.map(lambda more: [(name, value), more]),
        _more_parameters.map(lambda more: [more, (name, value)]),
    )
    changed = [*pairs[:at], *draw(instead), *pairs[at + 1 :]]
    return draw(st.sampled_from([changed, changed, changed, changed[::-1]]))


def replaced(document: Any, path: tuple[str, ...], value: object) -> Any:
    """The document with the value at this path replaced, or removed where it is `...`."""
    changed = deepcopy(document)
    *parents, name = path
    if value is ...:
        del _at(changed, parents)[name]
    else:
        _at(changed, parents)[name] = value
    return changed


def paths(document: Any) -> list[tuple[str, ...]]:
    """Where in a document anything stands."""
    inner = document.items() if isinstance(document, dict) else ()
    return [
        path for name, value in inner for path in [(name,), *((name, *p) for p in paths(value))]
    ]


def _at(document: Any, path: Sequence[str]) -> Any:
    return reduce(getitem, path, document)


_ODD_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 5, 0.5, -1e300, float("nan"), float("inf"), 10**400),
    *("", MARK, f"{MARK}\ud800", f"{MARK}\U0001f600\u202e", f"{MARK}\x00", TOO_LONG),
    *([], {}, [MARK], {"id": MARK}, {"$gt": ""}, [[[[[{"": [MARK]}]]]]]),
]


_anything = st.one_of(st.just(...), st.sampled_from(_ODD_VALUES), strangers_texts, json_values)


def _other_values(value: Any) -> st.SearchStrategy[Any]:
    """What may stand in the place of a value: nothing, its like, or something of another type."""
    if isinstance(value, str):
        return _anything | changed_texts(value)
    if isinstance(value, int):
        near = [value - 1, value + 1, value + 0.5] if abs(value) < 2**50 else []
        return _anything | st.sampled_from([*near, -value, str(value), [value], value * 10**30])
    if isinstance(value, dict):
        more = {**value, MARK: {MARK: [MARK]}}
        return _anything | st.sampled_from([more, [value], {"": value}])
    return _anything


@st.composite
def changed_documents(
    draw: st.DrawFn, document: Any, near_misses: Mapping[str, Sequence[Any]]
) -> Any:
    """The document with one to three of its parts removed, or replaced by something else.

    `near_misses` are made more often than other changes: what to put at a path, whose names have
    dots between them, or `...` to remove what is there.
    """
    misses = [(tuple(p.split(".")), value) for p, values in near_misses.items() for value in values]
    for _ in range(draw(_numbers_of_changes)):
        known = paths(document)
        possible = [(path, value) for path, value in misses if path in known]
        if possible and draw(st.integers(1, 3)) > 1:
            document = replaced(document, *draw(st.sampled_from(possible)))
        elif known:
            path = draw(st.sampled_from(known))
            document = replaced(document, path, draw(_other_values(_at(document, path))))
    return document
