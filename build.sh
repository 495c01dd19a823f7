#!/bin/sh
# The door to build.ps1's tasks on Linux: ./build.sh Build | Test [LAYER...] | Demo | Bench [PART...] | Torture [OPTION...] | Simulate [OPTION...] | Matrix [OPTION...] | Mutants [OPTION...] | Fuzz [TARGET...] [OPTION...] | Package | Clean
#
# Makes sure of the tools that the task needs, then runs it. Each tool comes from the first of: the PATH; the toolchain
# folder beside the checkout; Debian's packages; its vendor's installer. The task itself says what it went without.
set -eu
cd "$(dirname "$0")"

# Where the vendors' installers put their programs, and where Debian puts servers.
PATH=$HOME/.cargo/bin:$PATH:$HOME/.dotnet:$HOME/.dotnet/tools:/usr/sbin
export PATH

have() {
    command -v "$1" >/dev/null 2>&1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

beside() {
    [ -x ../shared/toolchain/install.sh ] && as_root ../shared/toolchain/install.sh
}

# Debian packages: the first one decides whether there is such a thing at all.
debian() {
    have apt-get || return 1
    if ! as_root true 2>/dev/null; then
        ! apt-cache show "$1" >/dev/null 2>&1 || echo "not root, so not installed: apt-get install $*" >&2
        return 1
    fi
    if [ -z "${packages_listed:-}" ]; then
        as_root apt-get update -qq || return 1
        packages_listed=yes
    fi
    apt-cache show "$1" >/dev/null 2>&1 || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes -qq --no-install-recommends "$@"
}

# A script from a vendor's site, run by the shell that it is written for:   vendor URL SHELL [ARGUMENT...]
vendor() {
    have curl || debian curl ca-certificates || return 1
    script=$(curl --fail --silent --show-error --location --connect-timeout 10 "$1") || return 1
    shell=$2
    shift 2
    printf '%s\n' "$script" | "$shell" -s -- "$@"
}

recent_cargo() {
    have cargo || return 1
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    present=$(cargo --version | cut -d ' ' -f 2)
    [ "$(printf '%s\n' "$wanted" "$present" | sort -V | head -n 1)" = "$wanted" ]
}

# Debian's cargo is older than the code; its cargo-web, which browsers are built with, is not.
cargo_tools() {
    have cc || debian gcc libc6-dev || true
    recent_cargo && return
    if have rustup; then
        rustup toolchain install stable --profile minimal --component clippy --component rustfmt
        export RUSTUP_TOOLCHAIN=stable
    else
        debian cargo-web rustc-web rust-web-clippy rustfmt-web ||
            vendor https://sh.rustup.rs sh -y --profile minimal --component clippy --component rustfmt
    fi
    recent_cargo || { echo "error: there is no recent cargo (https://rustup.rs)" >&2; exit 1; }
}

python_tools() {
    have python3 || debian python3 || true
}

test_tools() {
    { cargo clippy --version && cargo fmt --version; } >/dev/null 2>&1 || rustup component add clippy rustfmt || true
    python_tools
    have valgrind || debian valgrind || true
}

# A bare runtime has the command too, but no SDK.
have_dotnet() {
    have dotnet && [ -n "$(dotnet --list-sdks)" ]
}

dotnet_tools() {
    have_dotnet || beside || debian dotnet-sdk-10.0 || vendor https://dot.net/v1/dotnet-install.sh bash --channel LTS || true
    [ ! -x "$HOME/.dotnet/dotnet" ] || export DOTNET_ROOT="$HOME/.dotnet"
    # Without ICU .NET does not start unless told to do without; nothing here needs it.
    ldconfig -p | grep -q libicuuc || export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
    export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
}

# Pester comes from the PowerShell Gallery when the tests ask for it. The installer is bounded, as it tries long.
powershell_tools() {
    have pwsh || beside || debian powershell || { have_dotnet && timeout 300 dotnet tool install --global PowerShell; } || true
}

# The package starts a server of its own at once: nobody asked for one.
dovecot_tools() {
    have dovecot && return
    debian dovecot-core dovecot-imapd || return 0
    ! have systemctl || as_root systemctl disable --quiet --now dovecot.service dovecot.socket 2>/dev/null || true
}

# What some of the servers are made with; one that cannot be had is left out. Some images have a venv without its pip.
matrix_tools() {
    python3 -c 'import ensurepip' 2>/dev/null || debian python3-venv || true
    have npm || debian npm || true
}

# libFuzzer is C++, and comes with its crate.
fuzz_tools() {
    have c++ || debian g++ || true
    cargo fuzz --version >/dev/null 2>&1 || cargo install --locked cargo-fuzz || true
}

mutants_tools() {
    cargo mutants --version >/dev/null 2>&1 || cargo install --quiet --locked cargo-mutants || true
}

case ${1:-} in
Clean)
    ! have cargo || cargo clean
    rm -rf out powershell/src/*/bin powershell/src/*/obj
    exit
    ;;
Build | Package) cargo_tools && dotnet_tools && powershell_tools ;;
Bench) cargo_tools && dovecot_tools ;;
Torture) cargo_tools && python_tools && dovecot_tools ;;
Simulate) cargo_tools ;;
Fuzz) cargo_tools && fuzz_tools ;;
Mutants) cargo_tools && mutants_tools ;;
Matrix) cargo_tools && python_tools && dovecot_tools && matrix_tools ;;
Demo) cargo_tools && dotnet_tools && powershell_tools && dovecot_tools ;;
Test) cargo_tools && test_tools && dotnet_tools && powershell_tools && dovecot_tools ;;
*)
    sed -n '2s/^# //p' "$0" >&2
    exit 2
    ;;
esac

exec cargo run --quiet --package xtask --target-dir "${CARGO_TARGET_DIR:-target}/xtask" -- "$@"
