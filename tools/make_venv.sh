#!/bin/sh
# Make the virtual environment, also where Debian has left Python's venv module out. Usage: make_venv.sh FOLDER
set -eu
cd "$(dirname "$0")/.."
. tools/system_packages.sh
folder=$1

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

python=""
for candidate in ${PYTHON3:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if new_enough "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    echo "Python 3.11 or newer is needed, and no python3 here is. Install it, or name it: make PYTHON3=/path/to/python3" >&2
    exit 1
fi

make_it() { rm -rf "$folder" && "$python" -m venv "$folder" >/dev/null 2>&1 && "$folder/bin/python" -m pip --version >/dev/null 2>&1; }

if make_it; then exit 0; fi
version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
install_packages python3-venv "$version-venv" || install_packages python3-venv || true
if make_it; then exit 0; fi
rm -rf "$folder"
echo "A virtual environment could not be made with $python. On Debian or Ubuntu run: sudo apt-get install $version-venv" >&2
exit 1
