#!/usr/bin/env bash
#
# Makes this checkout ready to run: the Python environment .venv, ngspice as a program and as a
# shared library, and gnucap where it can be had. What is there already is left alone, so this
# runs before every `make xor` and `make test`.

set -eu
cd -P "$(dirname "$0")/.."

readonly venv=.venv
readonly log=$venv/setup.log
readonly stamp=$venv/ready # written last; holds the place the environment was made for

# --- talking ---------------------------------------------------------------------------------

say() { printf 'setup: %s\n' "$@"; }

fail() {
    say "$@" >&2
    exit 1
}

# Runs a command with everything it prints kept for later. None may wait for an answer: there may
# be nobody to give one. (sudo asks for its password on the terminal itself.)
logged() {
    printf '\n$ %s\n' "$*" >>"$log"
    "$@" >>"$log" 2>&1 </dev/null
}

# --- the system's packages -------------------------------------------------------------------

has() { command -v "$1" >/dev/null; }

# Sets the words of the package manager at hand: how it installs, and which package carries
# libngspice.so.0. Only apt-get has lists that must be fetched first; a broken third-party source
# fails that fetch without harm to what is wanted here, hence `;`. Arch's -Sy would invite a partial
# upgrade.
choose_package_manager() {
    local name
    manager=none
    for name in apt-get dnf pacman zypper; do
        if has "$name"; then manager=$name && break; fi
    done
    case $manager in
        apt-get) install='apt-get update; apt-get install -y' library=libngspice0 ;;
        dnf) install='dnf install -y' library=libngspice ;;
        pacman) install='pacman -S --needed --noconfirm' library=ngspice ;;
        zypper) install='zypper --non-interactive install' library=libngspice0 ;;
        none) install='' library=libngspice.so.0 ;;
    esac
}

is_root() { [[ $(id -u) == 0 ]]; }
has_terminal() { { : </dev/tty; } 2>/dev/null; }

# sudo may ask for a password only where somebody can type it.
as_root() {
    if is_root; then
        "$@"
    elif has sudo && sudo -n true; then
        sudo -n "$@"
    elif has sudo && has_terminal; then
        sudo "$@"
    else
        echo "only root may install, and there is no way to become root here"
        return 1
    fi
}

install_packages() {
    if [[ $manager == none ]]; then
        logged echo "no apt-get, dnf, pacman or zypper here"
        return 1
    fi
    say "installing $* with $manager"
    logged as_root env DEBIAN_FRONTEND=noninteractive sh -c "$install $*"
}

# What a person would type to the same effect.
command_to_install() {
    if [[ $manager == none ]]; then
        echo "get $* by this system's own means"
    elif is_root; then
        echo "$install $*"
    elif has sudo; then
        echo "sudo sh -c '$install $*'"
    else
        echo "su -c '$install $*'"
    fi
}

# --- Python ----------------------------------------------------------------------------------

readonly pythons=(${PYTHON:+"$PYTHON"} python3 python3.{14..11}) # the first that serves is taken

# Prints the real interpreter behind a name: the one an active environment or a pyenv shim leads
# to. A name on PATH proves nothing (pyenv keeps a shim for every version it ever had, and most
# refuse to run), so it is run.
interpreter() {
    "$1" -c 'import os, sys
if sys.version_info < (3, 11): sys.exit(1)
print(os.path.realpath(sys.executable))' 2>/dev/null
}

find_python() {
    local name
    for name in "${pythons[@]}"; do
        if python=$(interpreter "$name"); then return; fi
    done
    fail "This needs Python 3.11 or newer, and here is $(pythons_found). $(how_to_get_python)" \
        "Then run make again; to choose an interpreter yourself: make setup PYTHON=/path/to/python3"
}

pythons_found() {
    local name found=''
    for name in "${pythons[@]}"; do
        has "$name" || continue
        found+="${found:+, }$name ($("$name" --version 2>/dev/null || echo 'does not run'))"
    done
    echo "${found:-none}"
}

how_to_get_python() {
    local distribution
    # shellcheck source=/dev/null
    distribution=$(. /etc/os-release 2>/dev/null && echo "${ID:-}") || true
    case "$manager $distribution" in
        # 22.04 has a python3.11 of its own, but it is a release candidate.
        'apt-get ubuntu')
            echo "On Ubuntu type: sudo apt-get install -y software-properties-common &&" \
                "sudo add-apt-repository -y ppa:deadsnakes/ppa && sudo apt-get install -y python3.12-venv"
            ;;
        apt-get*)
            echo "On Debian 12 or newer type: sudo apt-get install -y python3;" \
                "on an older one: pyenv install 3.12"
            ;;
        dnf*) echo "Type: sudo dnf install -y python3.12" ;;
        zypper*) echo "Type: sudo zypper install -y python312" ;;
        *) echo "Install it with your package manager, or with pyenv: pyenv install 3.12" ;;
    esac
}

# A copied or moved .venv still runs the code of the place it came from, and one whose interpreter
# has been upgraded away runs nothing.
venv_is_sound() {
    [[ -f $stamp && $(<"$stamp") == "$PWD" ]] && "$venv/bin/python" -c '' 2>/dev/null
}

venv_is_current() {
    venv_is_sound && [[ $stamp -nt pyproject.toml && $stamp -nt tools/setup.sh ]]
}

# Keeps a sound environment, which pip only has to bring up to date, and nothing else.
start_afresh() {
    venv_is_sound || rm -rf "$venv"
    mkdir -p "$venv"
    : >"$log"
}

make_venv() {
    say "making $venv with $python"
    logged "$python" -m venv "$venv" || fail "$python could not make $venv; $log says why."
}

install_project() {
    say "installing the Python packages into $venv (a minute or two)"
    logged "$venv/bin/python" -m pip install --disable-pip-version-check --editable '.[dev]' ||
        fail "pip could not install the Python packages (is there a network?); $log says why." \
            "To try again, type: make setup"
}

# --- what ngspice and gnucap take ------------------------------------------------------------

loads_ngspice() {
    "$python" -c 'import ctypes, os
ctypes.CDLL(os.environ.get("NGSPICE_LIBRARY_PATH") or "libngspice.so.0")' 2>/dev/null
}

# A library that the user names is the user's to mend: installing another changes nothing.
require_named_library() {
    [[ -z ${NGSPICE_LIBRARY_PATH:-} ]] || loads_ngspice ||
        fail "NGSPICE_LIBRARY_PATH names $NGSPICE_LIBRARY_PATH, which cannot be loaded." \
            "Correct it, or type: unset NGSPICE_LIBRARY_PATH"
}

# Debian keeps ensurepip, and so the making of environments, in a package of its own.
makes_venvs() { venv_is_sound || "$python" -c 'import ensurepip, venv' 2>/dev/null; }

list_missing() {
    missing=()
    makes_venvs || missing+=("$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')")
    has ngspice || missing+=(ngspice)
    # Arch has program and library in one package.
    loads_ngspice || [[ ${missing[*]} == *"$library"* ]] || missing+=("$library")
}

# All in one go, so that a person without root's rights has one thing to ask for.
require_packages() {
    list_missing
    [[ ${#missing[@]} == 0 ]] && return
    install_packages "${missing[@]}" || true
    list_missing
    [[ ${#missing[@]} == 0 ]] && return
    fail "could not install ${missing[*]}: $(tail -n 1 "$log") (more in $log)" \
        "By hand, before running make again: $(command_to_install "${missing[@]}")"
}

# A second, independent simulator: the one test that compares with it is skipped without it.
offer_gnucap() {
    has gnucap || install_packages gnucap ||
        say "going on without gnucap, which only one test wants. By hand: $(command_to_install gnucap)"
}

# --- all of it -------------------------------------------------------------------------------

choose_package_manager
if venv_is_current; then
    python=$venv/bin/python
    require_named_library
    require_packages
else
    find_python
    start_afresh
    require_named_library
    require_packages
    venv_is_sound || make_venv
    install_project
    offer_gnucap
    echo "$PWD" >"$stamp"
    say "ready"
fi
