# Read by the other scripts: installs Debian packages, as root or through sudo.
# install_packages NAME… ; returns 1 when it may not or cannot.

install_packages() {
    if ! command -v apt-get >/dev/null 2>&1; then return 1; fi
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then return 1; fi
        # Where nobody can type a password, sudo must not wait for one.
        if [ -t 0 ]; then as_root="sudo"; else as_root="sudo -n"; fi
    fi
    echo "Installing with the system's package manager: $*"
    # The list of packages on a fresh machine is often empty or too old to install from.
    $as_root apt-get -qq update || true
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >/dev/null
}
