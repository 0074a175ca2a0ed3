"""Which files a netlist may include, where they are looked for, and in which letters they are written."""

import pytest
from click.testing import CliRunner

from ebana_like.cli.main import main
from ebana_like.elements import Diodes
from ebana_like.errors import NetlistError
from ebana_like.netlist import load_netlist, read_netlist, save_netlist

MODEL = ".model dd d is=1n\n"


def deck(line):
    return f"t\nv1 a 0 1\nr1 a b 1k\nd1 b 0 dd\n{line}\n.end\n"


@pytest.fixture
def place(tmp_path):
    """A netlist's folder, and a library beside it."""
    (tmp_path / "mine" / "sub").mkdir(parents=True)
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "x.lib").write_text(f"{MODEL}.lib tt\n.model tt d is=3n\n.endl tt\n")
    return tmp_path / "mine"


def loaded(place, line, **how):
    (place / "my.cir").write_text(deck(line))
    return load_netlist(place / "my.cir", **how)


OUTSIDE = ["../lib/x.lib", "'../lib/x.lib'", '"../lib/x.lib"', "{lib}/x.lib"]


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("keyword", [".include", ".lib", ".INC"])
def test_a_file_outside_is_read_where_a_person_agrees(place, keyword, name):
    line = f"{keyword} {name.replace('{lib}', str(place.parent / 'lib'))}"
    lib = place.parent / "lib"
    with pytest.raises(NetlistError, match=f"only files inside {place} may be included; --include-path {lib} lets"):
        loaded(place, line)
    netlist = loaded(place, line, include=[lib])
    assert netlist.circuit.of_kind(Diodes)[0].model.saturation_current == 1e-9
    assert netlist.notes == ()


@pytest.mark.parametrize(
    "name", ["/home/other/kicad/x.lib", "C:\\Users\\me\\LTspice\\x.lib", "C:/Users/me/x.lib", "spice\\x.lib", "x.lib"]
)
def test_a_file_of_another_machine_is_found_by_its_last_name(place, name):
    netlist = loaded(place, f'.include "{name}"', include=[place.parent / "lib"])
    assert netlist.circuit.of_kind(Diodes)[0].model.saturation_current == 1e-9
    assert len(netlist.notes) == (name != "x.lib")
    assert all(f"{name} is read from {place.parent / 'lib' / 'x.lib'}" in note for note in netlist.notes)


def test_what_is_nowhere_says_which_option_finds_it(place):
    with pytest.raises(NetlistError, match="--include-path DIR says in which folder y.lib is"):
        loaded(place, ".lib /home/other/y.lib")


def test_a_library_of_ltspice_is_not_missed_where_the_models_are_at_hand(place):
    line = ".lib C:\\Program Files\\LTC\\LTspice\\lib\\cmp\\standard.dio"
    quoted = line.replace("C:", '"C:') + '"'
    netlist = loaded(place, f"{quoted}\n{MODEL}")
    assert netlist.circuit.of_kind(Diodes)[0].model.saturation_current == 1e-9
    assert "standard.dio is not here" in netlist.notes[0]
    with pytest.raises(NetlistError, match=r"no .model line for dd; it may stand in standard.dio, which is not here"):
        loaded(place, quoted)
    with pytest.raises(NetlistError, match=r"no .subckt op; it may stand in standard.dio"):
        loaded(place, f"{quoted}\nx1 a b op\n{MODEL}")


def test_sections_in_quotes(place):
    netlist = loaded(place, ".lib '../lib/x.lib' TT\n.model dd d\nd2 b 0 tt", include=[place.parent / "lib"])
    assert {bank.model.saturation_current for bank in netlist.circuit.of_kind(Diodes)} == {1e-14, 3e-9}


def test_a_link_out_of_the_folders_is_refused(place):
    (place / "link.inc").symlink_to(place.parent / "lib" / "x.lib")
    with pytest.raises(NetlistError, match="only files inside"):
        loaded(place, ".include link.inc")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "latin-1"])
def test_letters(place, encoding):
    text = deck(f"* µ\r\n{MODEL.strip()}").replace("\n", "\r\n").replace("\r\r", "\r")
    (place / "my.cir").write_bytes(text.encode(encoding))
    assert len(load_netlist(place / "my.cir").circuit.nodes) == 3


def test_a_text_without_a_folder_includes_from_where_a_person_says(place):
    with pytest.raises(NetlistError, match="can include no file"):
        read_netlist(deck(".include x.lib"))
    assert read_netlist(deck(".include x.lib"), include=[place.parent / "lib"]).circuit.of_kind(Diodes)


def test_the_commands_take_folders(place):
    (place / "my.cir").write_text(deck(".include ../lib/x.lib"))
    command = ["voltages", str(place / "my.cir"), "--engine", "native"]
    assert CliRunner().invoke(main, command).exit_code == 1
    done = CliRunner().invoke(main, [*command, "--include-path", str(place.parent / "lib"), "--strict"])
    assert done.exit_code == 0, done.output


def test_names_of_files_may_be_strings(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "half.inc").write_text("r2 out 0 1k\n")
    text = "half\nv1 in 0 1\nr1 in out 1k\n.include half.inc\n.end\n"
    (tmp_path / "half.cir").write_text(text)
    loaded = load_netlist(str(tmp_path / "half.cir"), include=[str(tmp_path / "lib")])
    save_netlist(loaded, str(tmp_path / "saved.cir"))
    for found in (load_netlist(tmp_path / "saved.cir"), read_netlist(text, folder=str(tmp_path / "lib"))):
        assert sorted(found.circuit.nodes) == ["0", "in", "out"]
