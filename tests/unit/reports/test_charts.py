from app.reports import charts


def test_bars_start_at_zero_and_share_one_scale():
    chart = charts.bars("Twice as many.", [("a", 2, "2"), ("b", 4, "4"), ("c", 0, "0")])
    assert [bar.length for bar in chart.bars] == [chart.bars[1].length / 2, chart.bars[1].length, 0]
    assert chart.bars[1].length <= chart.width - charts.VALUE_WIDTH
    assert chart.height > chart.bars[-1].y


def test_two_series_stand_together():
    chart = charts.bars(
        "This and last.", [("May", 2, "2"), ("", 1, "1"), ("June", 4, "4"), ("", 3, "3")], series=2
    )
    assert [bar.kind for bar in chart.bars] == [0, 1, 0, 1]
    steps = [b.y - a.y for a, b in zip(chart.bars, chart.bars[1:], strict=False)]
    assert steps[1] > steps[0] == steps[2]


def test_nothing_to_show_is_no_chart():
    assert charts.bars("Nothing.", []) is None
    assert charts.bars("Nothing.", [("a", 0, "0")]) is None
    assert charts.grid("Nothing.", [], []) is None


def test_a_grid_has_a_cell_for_every_row_and_column():
    chart = charts.grid(
        "Busy.", ["09:00", "10:00"], [("Mon", [("1", 1), ("2", 2)]), ("Tue", [("", 0), ("3", 5)])]
    )
    assert [(cell.words, cell.level) for cell in chart.cells] == [("1", 1), ("2", 2), ("", 0), ("3", 5)]
    assert max(cell.x + cell.width for cell in chart.cells) <= chart.width
