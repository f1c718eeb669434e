"""Tables: readable in a terminal of 80 columns, and a whole row on each line in a pipe."""

import pytest

from ops.stores import output

HEADINGS = ("Store", "Domain", "State", "Installed", "Scopes", "Rutter")
DOMAIN, SCOPES = "shop.flowers-and-more.example.com", "-store_cart +store_v2_products"
ROW = ("k1l2m3n4o5", DOMAIN, "installed, refused", "2026-11-21", SCOPES, "refused: HTTP 450")


@pytest.mark.parametrize("columns", [80, 60])
def test_a_table_fits_the_terminal_and_breaks_no_word(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(output, "_is_terminal", lambda _: True)
    output.print_table(HEADINGS, [ROW])
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= columns
    assert {"k1l2m3n4o5", "2026-11-21"} <= set(printed.split())
    words = {word for cell in (*HEADINGS, *ROW) for word in cell.split()}
    for word in printed.split():
        start = word.removesuffix("…")
        assert word in words or any(each.startswith(start) and start != word for each in words)


def test_a_row_is_a_line_in_a_pipe_and_controls_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table(HEADINGS, [(*ROW[:-1], "\x1b]0;owned\x07\n")])
    _, row = capsys.readouterr().out.splitlines()
    assert row.split("  ")[:3] == list(ROW[:3])
    assert row.endswith(f"{SCOPES}  ]0;owned")
