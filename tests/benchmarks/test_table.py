"""The table of `make bench`: what each line compares, whether it keeps its limit, and how it is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import run
from benchmarks.table import HEADING, LIMITS_AT, LINES, STEPS, Line, Step, compared, shown, steps_for

MIB = 2**20
BUILD = Line("build", "full build / copy", "build", "copy", 5, 4096 * MIB)


def _figures(ours: float, floor: float, peak_bytes: int = 100 * MIB) -> dict[str, dict[str, float]]:
    return {
        "build": {"seconds": ours, "slowest": ours * 2, "times": 5, "peak_bytes": peak_bytes},
        "copy": {"seconds": floor, "slowest": floor, "times": 5, "peak_bytes": peak_bytes},
    }


def test_a_line_tells_what_it_compares_and_whether_it_keeps_its_limit() -> None:
    result = compared(BUILD, _figures(12.5, 2.5), LIMITS_AT)

    assert result is not None
    assert (result["ratio"], result["at_most"], result["is_met"], result["is_memory_met"]) == (5.0, 5, True, True)
    assert shown(result) == (
        "  full build / copy                                                  12,500     25,000     5      2,500     5.0       5  yes"
        "       100 (at most 4,096: yes)"
    )


def test_a_line_beyond_its_limits_says_no() -> None:
    result = compared(BUILD, _figures(12.6, 2.5, 4097 * MIB), LIMITS_AT)

    assert result is not None
    assert (result["is_met"], result["is_memory_met"]) == (False, False)
    assert "    5.0       5   NO     4,097 (at most 4,096: NO)" in shown(result)


def test_ten_times_the_invoices_may_use_five_times_the_memory() -> None:
    result = compared(BUILD, _figures(12.5, 2.5, 4097 * MIB), 10 * LIMITS_AT)

    assert result is not None
    assert (result["at_most_bytes"], result["is_memory_met"]) == (20 * 2**30, True)


def test_small_figures_have_a_decimal_and_a_line_without_limit_says_nothing_of_one() -> None:
    result = compared(Line("pandas", "pandas / ours", "build", "copy"), _figures(0.0123, 0.05), None)

    assert result is not None
    assert result["is_met"] is None
    assert shown(result) == (
        "  pandas / ours                                                        12.3       24.6     5       50.0     0.2               "
        "     100"
    )


def test_the_heading_stands_over_the_figures() -> None:
    result = compared(BUILD, _figures(12.5, 2.5), None)

    assert result is not None
    ends = [HEADING.index(title) + len(title) for title in ("median ms", "slowest ms", "times", "floor ms", "ratio", "peak MiB")]
    assert [shown(result)[:end].split()[-1] for end in ends] == ["12,500", "25,000", "5", "2,500", "5.0", "100"]


def test_a_line_waits_for_both_its_figures() -> None:
    assert compared(BUILD, {"build": {"seconds": 1.0}}, None) is None


def test_every_line_has_its_steps_and_every_step_its_module() -> None:
    given = [name for step in STEPS for name in step.gives]

    assert len(given) == len(set(given))
    assert {name for line in LINES for name in (line.ours, line.floor)} <= set(given)
    assert len({line.key for line in LINES}) == len(LINES)
    assert all(len(line.title) <= 62 for line in LINES)
    assert all(Path(run.ROOT, "benchmarks", f"{step.module}.py").exists() for step in STEPS)


def test_a_line_needs_its_own_steps_and_what_they_stand_on() -> None:
    assert [step.name for step in steps_for(["ageing"])] == ["land", "build", "ageing"]
    assert [step.name for step in steps_for(["landing"])] == ["text", "first"]
    assert steps_for([line.key for line in LINES]) == list(STEPS)


def test_a_step_that_fails_is_said_and_the_others_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    steps = [Step("nothing", "first", ("first",)), Step("nothing", "second", ("second",))]

    results, failures = run.measure(steps, 20, ["20", "generated", "work"], ["build"])

    assert results == []
    assert ["nothing first failed: " in failures[0], "nothing second failed: " in failures[1]] == [True, True]
    assert capsys.readouterr().out.count("No module named benchmarks.nothing") == 2
