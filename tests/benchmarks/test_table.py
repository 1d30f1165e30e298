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


def test_bytes_that_were_sent_have_a_limit_of_their_own() -> None:
    line = Line("first", "sent / unpacked", "build", "copy", counts="bytes", at_most_sent=3_000_000)
    figures = {"build": {"bytes": 2_900_000, "peak_bytes": 100 * MIB}, "copy": {"bytes": 10_000_000}}

    result = compared(line, figures, None)

    assert result is not None
    assert (result["ratio"], result["is_met"]) == (0.29, True)
    printed = shown(result)
    assert [printed[: HEADING.index(title) + len(title)].split()[-2:] for title in ("median ms", "floor ms", "at most")] == [
        ["2,900", "kB"], ["10,000", "kB"], ["3.0", "MB"]]
    figures["build"]["bytes"] = 3_000_001
    assert (compared(line, figures, None) or {})["is_met"] is False


@pytest.mark.parametrize(("theirs", "is_met"), [(15.0, True), (14.9, False)])
def test_what_we_are_compared_with_has_to_take_so_many_times_as_long(theirs: float, is_met: bool) -> None:
    result = compared(Line("pandas", "pandas / ours", "build", "copy", at_least=15), _figures(theirs, 1.0), None)

    assert result is not None
    assert result["is_met"] is is_met
    assert ">= 15" in shown(result)


# What was promised: by line, how many times its floor at most, or at least; memory, and bytes sent, at most.
PROMISED = {
    "build": (5, None, 4 * 2**30, None),
    "refresh": (0.1, None, None, None),
    "ageing": (2, None, None, None),
    "overview": (20, None, None, None),
    "account": (5, None, None, None),
    "click_bucket": (2, None, None, None),
    "click_currency": (2, None, None, None),
    "click_sort": (2, None, None, None),
    "click_page": (2, None, None, None),
    "click_day": (8, None, None, None),
    "click_currency_overview": (2, None, None, None),
    "click_day_overview": (8, None, None, None),
    "click_fragment": (1.5, None, None, None),
    "pandas_click_day": (None, 15, None, None),
    "first_visit": (None, None, None, 3_000_000),
    "sessions": (6, None, 3 * 2**29, None),
}


def test_every_promise_has_its_line_and_every_line_its_floor() -> None:
    lines = {line.key: line for line in LINES}

    found = {key: (line.at_most, line.at_least, line.at_most_bytes, line.at_most_sent) for key, line in lines.items()}
    assert {key: limits for key, limits in found.items() if limits != (None,) * 4} == PROMISED
    assert [line.key for line in LINES if not line.floor or line.floor == line.ours] == []


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

    results: list[dict[str, object]] = []
    failures = [failure for [failure] in run.measure(steps, 20, ["20", "generated", "work"], ["build"], results)]

    assert results == []
    assert ["nothing first failed: " in failures[0], "nothing second failed: " in failures[1]] == [True, True]
    assert capsys.readouterr().out.count("No module named benchmarks.nothing") == 2
