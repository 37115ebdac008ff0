#!/bin/sh
# Makes `.venv` in this tree ready to use, and says what it does.
#
#     sh tools/setup.sh run      what the program needs
#     sh tools/setup.sh test     what the program, its tests and linters need
#     sh tools/setup.sh bench    what the program and its benchmarks need
#
# Safe to run again and again: what is ready is left alone, and a `.venv` that
# is broken, half made or moved here from another folder is made anew. Debian
# packages are installed where that is allowed (as root, with apt-get;
# RECORDKIT_APT=no forbids it) and named where it is not. Exit code 2: something
# only the person at the machine can do; the line to run is printed. PYTHON=…
# chooses the Python.

set -eu

level=${1:-run}
case $level in
run | test | bench) ;;
*) echo "usage: sh tools/setup.sh run|test|bench" >&2 && exit 2 ;;
esac

unset CDPATH
cd -- "$(dirname -- "$0")/.."
tree=$(pwd -P)
venv=.venv
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM

say() { printf 'setup: %s\n' "$*"; }
have() { command -v "$1" >/dev/null 2>&1; }
exists() { [ -e "$1" ]; }

# Ends with exit code 2: what is the matter in two languages, and what to do.
stop() {
    printf '\n%s\n%s\n\n    %s\n\n' "$1" "$2" "$3" >&2
    exit 2
}

# --- A clean environment ----------------------------------------------------

clean_environment() {
    # These would send packages elsewhere, or bring in modules from elsewhere.
    unset PYTHONHOME PYTHONPATH PIP_TARGET PIP_PREFIX PIP_ROOT PIP_NO_BUILD_ISOLATION
    export PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0
    export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore
    # Without a home of one's own, pip would write its cache into the root of the disk.
    if [ -z "${PIP_CACHE_DIR:-}" ] && ! { [ -n "${HOME:-}" ] && [ -d "$HOME" ] && [ -w "$HOME" ]; }; then
        export PIP_CACHE_DIR="$tree/build/pip-cache"
    fi
    # A virtual environment made from the one we are about to remove would be dead.
    case ":$PATH:" in
    *":$tree/$venv/bin:"*)
        rest=${PATH#*"$tree/$venv/bin"}
        PATH=${PATH%%"$tree/$venv/bin"*}${rest#:}
        PATH=${PATH%:}
        ;;
    esac
}

# Two set-ups of one tree wait for each other; the lock goes with the process.
lock() {
    have flock || return 0
    exec 9<pyproject.toml
    flock -n 9 || {
        say "another set-up is at work in this folder; waiting for it"
        flock 9
    }
}

# --- Debian packages --------------------------------------------------------

may_install() { [ "${RECORDKIT_APT:-}" != no ] && [ "$(id -u)" = 0 ] && have apt-get; }

apt() {
    LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 \
        "$@" >"$log" 2>&1 </dev/null
}

# The lock of the package lists knows no time-out: ask again while others hold it.
apt_update() {
    tries=0
    until apt update; do
        tries=$((tries + 1))
        grep -qi 'lock' "$log" && [ "$tries" -lt 60 ] || return 0
        sleep 5
    done
}

# All at once; where that fails (a name this release does not know), one by one.
apt_install() {
    say "installing Debian packages: $*"
    apt_update
    apt install --no-install-recommends "$@" && return 0
    for package in "$@"; do
        apt install --no-install-recommends "$package" || {
            say "$package could not be installed:"
            tail -n 3 "$log" | sed 's/^/    /'
        }
    done
}

has_writer() {
    have soffice && { ! exists /usr/lib/libreoffice || exists /usr/lib/libreoffice/program/libswlo.so; }
}
has_calc() { have soffice && { ! exists /usr/lib/libreoffice || exists /usr/lib/libreoffice/program/libsclo.so; }; }
# Debian's own Python speaks to LibreOffice; the module is not to be had from PyPI.
has_uno() { exists /usr/lib/python3/dist-packages/uno.py || { have python3 && python3 -c 'import uno' >/dev/null 2>&1; }; }
has_java_compiler() { java --list-modules 2>/dev/null | grep -q '^jdk\.compiler'; }
has_noto() {
    exists /usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc ||
        { have fc-list && fc-list : family 2>/dev/null | grep -Eq 'Noto (Serif|Sans) CJK SC|Source Han Serif SC'; }
}
has_library() {
    for place in /usr/lib/*/"$1" /usr/lib/"$1" /usr/lib64/"$1"; do
        exists "$place" && return 0
    done
    return 1
}

# The Debian packages this level wants and this machine lacks.
lacking() {
    [ "$level" = run ] && return 0
    has_noto || echo fonts-noto-cjk
    if [ "$level" = test ]; then
        has_writer || echo libreoffice-writer
        has_calc || echo libreoffice-calc
        has_uno || echo python3-uno
        have pdftotext || echo poppler-utils
        have faketime || echo faketime
        has_java_compiler || echo default-jdk-headless
        exists /usr/share/java/jaxb-runtime.jar || echo libjaxb-java
    else
        has_writer || echo libreoffice-writer
        have npm || echo npm
        has_library libpangoft2-1.0.so.0 || echo libpangoft2-1.0-0
        has_library libharfbuzz-subset.so.0 || echo libharfbuzz-subset0
    fi
}

what_for() {
    case $1 in
    fonts-noto-cjk) echo "pages set in the system's own Chinese fonts" ;;
    libreoffice-writer) echo "Word files opened, laid out and saved by LibreOffice" ;;
    npm) echo "the comparison with docxtemplater" ;;
    libreoffice-calc) echo "Excel forms opened and saved by LibreOffice" ;;
    python3-uno) echo "fillable forms filled in through LibreOffice" ;;
    poppler-utils) echo "the text of PDFs as poppler reads it" ;;
    faketime) echo "the same pages on another date" ;;
    default-jdk-headless | libjaxb-java) echo "PDF/A and PDF/UA judged by veraPDF" ;;
    *) echo "the comparison with WeasyPrint" ;;
    esac
}

system_packages() {
    missing=$(lacking)
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086 # one word a package
    if may_install; then
        apt_install $missing
        missing=$(lacking)
        [ -n "$missing" ] || return 0
    fi
    say "left out, because this machine lacks a Debian package (what needs it is skipped):"
    for package in $missing; do
        printf '    %-22s %s\n' "$package" "$(what_for "$package")"
    done
    # shellcheck disable=SC2086
    say "to have them too: sudo apt-get update && sudo apt-get install -y --no-install-recommends" $missing
}

# --- Python -----------------------------------------------------------------

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
makes_environments() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

# The first Python ≥ 3.11 that can make environments, or else the first; in $python.
# Whoever sets PYTHON gets that one and no other.
find_python() {
    python=
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3 python3.13 python3.12 python3.11 python3.14 /usr/bin/python3
    fi
    for candidate in "$@"; do
        new_enough "$candidate" || continue
        makes_environments "$candidate" && python=$candidate && return 0
        python=${python:-$candidate}
    done
    [ -n "$python" ] || stop \
        "没有找到 Python 3.11 或更新的版本。请装一个，再运行一次；在 Debian 12、Ubuntu 24.04 或更新的系统上：" \
        "No Python 3.11 or later was found. Install one, then run this again; on Debian 12, Ubuntu 24.04 or later:" \
        "sudo apt-get install -y python3 python3-venv"
    return 1
}

# The package that teaches $python to make environments.
venv_package() {
    theirs=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    case $(readlink -f /usr/bin/python3 2>/dev/null) in
    */"$theirs") echo python3-venv ;;
    *) echo "$theirs-venv" ;;
    esac
}

choose_python() {
    find_python && return 0
    package=$(venv_package)
    if may_install; then
        apt_install "$package"
        find_python && return 0
    fi
    stop "这台机器的 Python 不能建虚拟环境（缺 $package）。请运行下面这一行，再运行一次：" \
        "This machine's Python cannot make virtual environments ($package is missing). Run this line, then try again:" \
        "sudo apt-get update && sudo apt-get install -y $package"
}

# --- The virtual environment ------------------------------------------------

wanted=$(cat pyproject.toml constraints.txt tools/setup.sh | cksum)

written() { cat "$venv/recordkit-$1" 2>/dev/null || :; }

# Made here, never interrupted while packages were going in, and it runs.
is_sound() {
    [ "$(written tree)" = "$tree" ] && ! exists "$venv/recordkit-busy" && new_enough "$venv/bin/python" &&
        "$venv/bin/python" -c 'import pip' >/dev/null 2>&1
}

# Installed for what pyproject.toml and constraints.txt say now.
is_current() { [ "$(written "$level")" = "$wanted" ]; }

# No file has gone since it was installed. pip would not notice: it trusts its own notes.
is_whole() {
    [ -x "$venv/bin/recordkit" ] &&
        "$venv/bin/python" - "$level" <<'END' >/dev/null 2>&1
import re
import sys
from importlib.metadata import distribution, requires

for need in requires("recordkit"):
    name, _, marker = need.partition(";")
    if not marker or re.search(f"extra == .{sys.argv[1]}", marker):
        files = distribution(re.match(r"[\w.-]+", name)[0]).files
        assert all(file.locate().exists() for file in files if file.suffix in (".py", ".so"))
END
}

make_venv() {
    exists "$venv" && say "$venv is broken, unfinished or made elsewhere; making it anew"
    choose_python
    rm -rf "$venv"
    say "making $venv with $("$python" --version 2>&1)"
    "$python" -m venv --prompt recordkit "$venv" >"$log" 2>&1 </dev/null || {
        cat "$log" >&2
        exit 1
    }
    printf '%s\n' "$tree" >"$venv/recordkit-tree"
}

# A kill while packages go in leaves the mark `busy`; a refused download does not.
pip_install() {
    : >"$venv/recordkit-busy"
    result=0
    "$venv/bin/python" -m pip install -q -c constraints.txt "$@" >"$log" 2>&1 </dev/null || result=$?
    rm -f "$venv/recordkit-busy"
    [ "$result" = 0 ] && return 0
    tail -n 15 "$log" >&2
    say "the packages could not be installed; look at the network connection, then run this again" >&2
    exit 1
}

# Python reads the file that leads from .venv to this tree in the locale's encoding: a
# folder named in Chinese would stop it under any other. The way up is plain ASCII.
link_relatively() {
    for link in "$venv"/lib/python*/site-packages/*recordkit*.pth; do
        printf '../../../..\n' >"$link"
    done
}

packages() {
    case $level in
    run) what=. ;;
    *) what=".[$level]" ;;
    esac
    say "installing the Python packages of '$level' into $venv (a minute or two the first time)"
    pip_install hatchling editables
    pip_install --no-build-isolation -e "$what"
    link_relatively
    printf '%s\n' "$wanted" >"$venv/recordkit-run"
    printf '%s\n' "$wanted" >"$venv/recordkit-$level"
}

# --- Packages of node -------------------------------------------------------

# docxtemplater with all it needs, to compare with; not for the program. The rest is compared without it.
node_packages() {
    wanted_node="docxtemplater@3.71.0 pizzip@3.3.0 @xmldom/xmldom@0.9.12 pako@2.2.0"
    [ "$level" = bench ] && have npm || return 0
    [ "$(cat build/bench/ready 2>/dev/null)" = "$wanted_node" ] && return 0
    say "installing docxtemplater into build/bench"
    mkdir -p build/bench
    # shellcheck disable=SC2086 # one word a package
    if npm install --prefix build/bench --no-audit --no-fund --no-save $wanted_node >"$log" 2>&1 </dev/null; then
        printf '%s\n' "$wanted_node" >build/bench/ready
    else
        tail -n 3 "$log" | sed 's/^/    /'
        say "docxtemplater could not be installed; it is named as missing"
    fi
}

clean_environment
lock
if ! is_sound || { [ -n "$(written "$level")" ] && ! is_whole; }; then make_venv; fi
system_packages
is_current || packages
node_packages
