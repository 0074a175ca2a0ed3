"""What stands in a table is read as it is meant, or one line says in which row and column it is wrong."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ebana_like.data.table import read_table
from ebana_like.errors import SettingError


def table(tmp_path, data):
    path = tmp_path / "table.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_table(str(path))


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,2\n-3,4e1\n",
        b"\xef\xbb\xbfa;b\r\n1;2\r\n-3;4e1\r\n",
        b"a\tb\r1\t2\r-3\t4e1\r",
        b'"a", "b"\n\n 1, 2\n   \n"-3","4e1"',
        "a,b\n+1.,2\n-3,4E+1\n".encode("utf-16"),
    ],
    ids=["commas", "excel", "old-mac", "quoted", "utf-16"],
)
def test_what_programs_write_is_the_same_table(data, tmp_path):
    found = table(tmp_path, data)
    assert found.names == ("a", "b")
    assert (found.numbers("a").tolist(), found.numbers("b").tolist()) == ([1, -3], [2, 40])


def test_commas_in_quoted_names_do_not_part_columns(tmp_path):
    assert table(tmp_path, '"x, m, n";y\n1;2\n').names == ("x, m, n", "y")


def test_columns_that_are_counted_have_names(tmp_path):
    for first in (0, 1):
        assert table(tmp_path, f"{first},{first + 1}\n1,2\n").names == (str(first), str(first + 1))


WRONG_NUMBERS = [
    ("", "is empty; fill it, or leave the row out"),
    ("nan", "says 'nan'; fill it, or leave the row out"),
    ("-inf", "'-inf' is not a number; numbers must be finite"),
    ("1e308", "'1e308' is too large; at most 1e+100 is allowed"),
    ("1e999", "'1e999' is too large"),
    ("1_0", "'1_0' is not a number; write numbers as 1234.5, without separators"),
    ("1'000.5", '"1\'000.5" is not a number; write numbers as 1234.5, without separators'),
    ("1 000", "'1 000' is not a number; write numbers as 1234.5, without separators"),
    ("0,5", "'0,5' is not a number; write numbers as 1234.5"),
    ("0x1F", "'0x1F' is not a number; write hexadecimal numbers in decimal"),
    ("5 V", "'5 V' is not a number; write numbers without a unit"),
    ("10%", "'10%' is not a number; write numbers without a unit"),
    ("4k7", "'4k7' is not a number"),
    ("1 2 3", "'1 2 3' is not a number; entries are separated by commas, semicolons or tabs"),
    ("\uff11", "'\uff11' is not a number"),
    ("n/a", "'n/a' is not a number; give words a number, or leave the row out"),
]


@pytest.mark.parametrize(("word", "message"), WRONG_NUMBERS, ids=[word or "empty" for word, _ in WRONG_NUMBERS])
def test_what_is_no_number_is_named_with_its_row_as_an_editor_shows_it(word, message, tmp_path):
    found = table(tmp_path, f"a;b\n\n1;2\n\n{word};3\n")
    with pytest.raises(SettingError) as caught:
        found.numbers("a")
    assert f'table.csv, row 5, column "a": {message}' in str(caught.value)
    assert found.numbers("b").tolist() == [2, 3]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "has no line of numbers; expected a line of column names"),
        ("a,b\n", "has no line of numbers"),
        ("a,b,a\n1,2,3\n", 'row 1: columns 1 and 3 are both called "a"; rename one'),
        ("\na,,b\n1,2,3\n", "row 2: column 2 has no name; give it one, or leave the column out"),
        ("5.1,3.5,rose\n4.9,3.0,lily\n6,3,rose\n", "row 1: holds data, '5.1' ..., not column names"),
        ("1.5,2.5\n1,2\n", "row 1: holds data, '1.5' ..., not column names"),
        (f"{'a' * 99},b\n1,2\n", "row 1: column 1 is called 'aaaaa"),
        ("a,b\n1,2\n\n3\n", "row 4: 1 entries under 2 names"),
        ("a,b\n1,2,3\n", "row 2: 3 entries under 2 names"),
        ("a,b\n1,2\n3,\x004\n", r"row 3: holds the control character '\x00'"),
        ("a,b\n1,\x1b[31m\n", r"row 2: holds the control character '\x1b'"),
        ('a,b\n1,2\n"3,4\n5,6\n', "row 3: "),
        ('a,b\n1,"2\n3",4\n', "row 2: a quoted entry goes on in the next line"),
        ('a,b\n1,"2"3\n', "row 2: "),
        (f"a,b\n1,{'2' * 200_000}\n", "row 2: field larger than field limit"),
        (b"a,b\n1,2\n\xe9,3\n", "row 3 is not text in UTF-8; save the table as CSV in UTF-8"),
        (b"a,b\r1,2\r\r\xe9,3\r", "row 4 is not text in UTF-8"),
        (b"\xff\xfea", "row 1 is not text in UTF-8"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line_with_its_row(data, message, tmp_path):
    with pytest.raises(SettingError) as caught:
        table(tmp_path, data)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["rose", "", "lily"], 'row 3, column "y": is empty'),
        (["rose", "NaN", "lily"], "row 3, column \"y\": says 'NaN'"),
        (["1", "2", "many"], "row 4, column \"y\": 'many' is a word, but row 2 has the number '1'; make all of them"),
        (["0", "0.5", "1"], "row 3, column \"y\": '0.5' is a quantity, not a class"),
        (["1", "1.0"], 'the column "y" of'),
        ([f"c{k}" for k in range(3000)], "has 3,000 classes; more than 1,000 are taken for a mistake"),
    ],
    ids=["empty", "nan", "mixed", "quantity", "one", "thousands"],
)
def test_what_are_no_classes_is_named(labels, message, tmp_path):
    found = table(tmp_path, "x,y\n" + "".join(f"1,{label}\n" for label in labels))
    with pytest.raises(SettingError) as caught:
        found.classes("y")
    assert message in str(caught.value)


def test_more_classes_are_taken_where_the_message_says_how(tmp_path, monkeypatch):
    found = table(tmp_path, "x,y\n" + "".join(f"1,c{k}\n" for k in range(3000)))
    with pytest.raises(SettingError) as caught:
        found.classes("y")
    variable, value = str(caught.value).rpartition(" ")[2].split("=")
    monkeypatch.setenv(variable, value)
    assert len(found.classes("y")[1]) == 3000
    monkeypatch.setenv(variable, "many")
    with pytest.raises(SettingError, match=f"variable {variable} is 'many'; expected a whole number above zero"):
        found.classes("y")


def test_numbers_are_classes_by_their_value(tmp_path):
    labels, classes = table(tmp_path, "x,y\n1,1\n1,-2\n1,1.0\n1,1000001\n1,1000002\n").classes("y")
    assert classes == ("-2", "1", "1000001", "1000002")
    assert labels.tolist() == [1, 0, 1, 2, 3]


@pytest.mark.parametrize(
    ("name", "message"),
    [("Width", 'did you mean "width"'), ("widht", 'did you mean "width"'), ("q", "it has width, y")],
)
def test_a_column_that_is_not_there_is_answered_with_the_nearest(name, message, tmp_path):
    with pytest.raises(SettingError, match=f'has no column "{name}"; {message}'):
        table(tmp_path, "width,y\n1,2\n").numbers(name)


@given(
    st.binary(max_size=80)
    | st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.text('ab,;\t" \n\r.0123456789-e\ufeff', max_size=80).map(str.encode)
)
@example(b"a\r\n1\r\n")
def test_any_bytes_are_a_table_or_an_error_in_one_line(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(data)
    found = answer(read_table, str(path))
    if isinstance(found, str):
        assert "\n" not in found
        return
    assert {len(row) for row in found.rows} == {len(found.names)}
    for ask in (found.numbers, found.is_numeric, found.classes):
        for name in found.names:
            told = answer(ask, name)
            assert not (isinstance(told, str) and "\n" in told)


def answer(ask, *arguments):
    """Return what is answered, or what the error says."""
    try:
        return ask(*arguments)
    except SettingError as error:
        return str(error)
