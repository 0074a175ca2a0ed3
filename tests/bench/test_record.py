"""Numbers of a benchmark come back from their file and are put beside later ones; other files are refused."""

import re
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ebana_like.bench.record import Number, load_record, load_records, record_now, save_record, timed
from ebana_like.bench.rounds import Timing
from ebana_like.cli.bench import bench
from ebana_like.cli.recorded import recorded
from ebana_like.errors import SettingError

NUMBERS = (
    *timed("xor", (Timing("native", (1.0, 2.0, 3.0, 4.0, 5.0)), Timing("ngspice", (20.0,) * 5))),
    Number("xor: memory", "MB", 4.0),
    Number("xor: deviation", "V", 0.0),
)


def measuring(numbers):
    """Return a benchmark that knows what it measures."""

    @click.command()
    @recorded
    def speed():
        return numbers

    return lambda *arguments: CliRunner().invoke(speed, list(map(str, arguments)))


def test_a_record_says_what_its_numbers_depend_on_and_comes_back(tmp_path):
    record = record_now(NUMBERS, 0.5)
    assert record.numbers[0] == Number("xor: native", "ms a point", 3.0, (2.0, 4.0), 5)
    assert {"python", "ebana-like", "jax", "optax"} <= set(record.versions)
    assert set(record.machine) == {"system", "processor", "cores"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", record.date)
    assert re.fullmatch(r"([0-9a-f]{12}\+?)?", record.commit)
    path = tmp_path / "0.json"
    save_record(path, "engines", record)
    save_record(path, "steps", replace(record, numbers=()))
    assert load_records(path) == {"engines": record, "steps": replace(record, numbers=())}
    save_record(path, "steps", record)
    assert load_record(path, "steps") == record


def test_ratios_are_by_name_and_the_largest_change_is_up_or_down():
    before = record_now(NUMBERS, 0.5)
    faster = (replace(NUMBERS[0], median=1.0), replace(NUMBERS[1], median=50.0), replace(NUMBERS[2], median=400.0))
    now = record_now((*faster, NUMBERS[3], Number("iris: native", "ms a point", 1.0, (1.0, 1.0), 5)), 0.0)
    assert list(now.over(before).values()) == [1 / 3, 2.5, 100.0, None, None]
    number, ratio = now.largest_change(before)
    assert (number.of, ratio) == ("xor: native", 1 / 3), "memory is not timed in rounds"
    assert record_now((), 0.0).largest_change(before) is None


def test_numbers_are_saved_and_compared_from_the_command_line(tmp_path):
    path = tmp_path / "0.json"
    assert f"saved:    {path}" in " ".join(measuring(NUMBERS)("--save", path).output.split("\n"))
    doubled = [replace(number, median=2 * number.median) for number in NUMBERS[:1]]
    output = measuring([*doubled, *NUMBERS[1:]])("--compare", path).output
    assert re.search(r"xor: native +ms a point +3 +6 +2.00 +2 to 4 +2 to 4", output)
    assert re.search(r"xor: deviation +V +0 +0 +-", output)
    assert "largest change: xor: native, 2.00 times" in output


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"is not what `bench --save` writes \(JSONDecodeError: "),
        ("[]", r"is not what `bench --save` writes"),
        ('{"format": 2, "benches": {}}', "format 2, and this version reads 1"),
        ('{"format": 1, "benches": {"speed": {"numbers": [{"of": "x"}]}}}', "KeyError: 'quartiles'"),
        ('{"format": 1, "benches": {}}', "but not of speed; save those first"),
    ],
)
def test_files_of_another_shape_are_refused_before_anything_is_measured(content, message, tmp_path):
    path = tmp_path / "other.json"
    path.write_text(content)

    def never():
        pytest.fail("measured")

    @click.command()
    @recorded
    def speed():
        never()

    result = CliRunner().invoke(speed, ["--compare", str(path)])
    assert isinstance(result.exception, SettingError)
    assert re.search(message, str(result.exception))
    assert "\n" not in str(result.exception)
    if "save" in message and "first" not in message:
        assert isinstance(CliRunner().invoke(speed, ["--save", str(path)]).exception, SettingError)
    assert path.read_text() == content
    missing = CliRunner().invoke(speed, ["--save", str(tmp_path / "nowhere" / "0.json")])
    assert "there is no folder" in str(missing.exception)


def test_every_benchmark_has_both_options():
    assert len(bench.commands) >= 5
    for command in bench.commands.values():
        assert {"save", "compare"} <= {option.name for option in command.params}, command.name


def test_what_is_saved_with_a_release_can_be_read():
    (path,) = (Path(__file__).parents[2] / "benchmarks").glob("*.json")
    for name, record in load_records(path).items():
        assert name in bench.commands
        assert record.numbers
        assert record.commit
