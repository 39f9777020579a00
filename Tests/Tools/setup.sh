#!/bin/bash
# Installs what the named suites need and is missing: setup.sh SUITE...
# As root through apt; otherwise prints the one command to run and exits 1.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH=$PATH:/usr/sbin:/sbin

is_present() {
    case $1 in
        *.h) compgen -G "/usr/include/$1" >/dev/null || compgen -G "/usr/include/*/$1" >/dev/null ;;
        python:*) python3 -c "import venv, ${1#python:}" 2>/dev/null ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

# Packages start their services when installed; we start our own nginx, on our own port.
install_packages() {
    local policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod +x $policy
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "$@" >.build/apt.log 2>&1 || { cat .build/apt.log; exit 1; }
    case " $* " in
        *" nginx-light "*) [ ! -d /run/systemd/system ] || systemctl disable --quiet nginx ;;
    esac
}

mkdir -p .build
if ! command -v swift >/dev/null; then
    echo "setup: swift is not in PATH; install Swift 6.3 from https://www.swift.org/install and try again" >&2
    exit 1
fi

missing=()
while read -r tool package suites; do
    for suite in build "$@"; do
        case ",$suites," in *",$suite,"*)
            is_present "$tool" || missing+=("$package")
            break ;;
        esac
    done
done < <(grep -v '^#' Tests/Tools/needs.txt)

if [ ${#missing[@]} -eq 0 ]; then
    exit 0
elif [ "$(id -u)" -eq 0 ]; then
    echo "setup: installing ${missing[*]}"
    install_packages "${missing[@]}"
else
    command="sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
    case " ${missing[*]} " in *" nginx-light "*) command+=" && sudo systemctl disable --now nginx" ;; esac
    echo "setup: something is missing; run this and try again:" >&2
    echo "  $command" >&2
    exit 1
fi
