"""Tables: short words stay whole in a terminal of 80 columns, and rows whole in a pipe."""

import pytest

from ops.stores import output

HEADINGS = ("Store", "Domain", "State", "Installed", "Scopes", "Users", "Rutter", "Last opened")
DOMAIN, SCOPES = "shop.flowers-and-more.example.com", "-store_cart +store_v2_products"
STORE = ("k1l2m3n4o5", DOMAIN, "installed, refused", "2026-11-21", SCOPES, "1")
ROW = (*STORE, "refused: HTTP 450", "2026-11-30")


@pytest.mark.parametrize("columns", [80, 50])
def test_a_table_fits_the_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(output, "_is_terminal", lambda: True)
    output.print_table(HEADINGS, [ROW])
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= columns
    short = {"k1l2m3n4o5", "installed,", "2026-11-21", "2026-11-30"}
    assert (short <= set(printed.split())) == (columns == 80)


def test_a_row_is_a_line_in_a_pipe_and_controls_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table(HEADINGS, [(*ROW[:-1], "\x1b]0;owned\x07\n")])
    _, row = capsys.readouterr().out.splitlines()
    assert row.split("  ")[:3] == list(ROW[:3])
    assert row.endswith("  refused: HTTP 450  ]0;owned")
