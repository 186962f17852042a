#!/bin/sh
# Installs what the tests need beside Python: the Mosquitto broker, the NATS server and the Chromium
# browser, from Debian's or Ubuntu's packages. Does nothing if they are there. The tests start their
# own servers on free loopback ports, so no service is started or left running.
set -eu

PATH="$PATH:/usr/sbin:/usr/local/sbin"
missing=""
for tool in mosquitto chromium nats-server; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done
[ -n "$missing" ] || exit 0

by_hand() {
    echo "$1" >&2
    echo "Missing:$missing. Install them by hand so that they are in PATH, or leave it: the tests" >&2
    echo "that need them are then skipped (with CI=true they fail)." >&2
    exit 1
}

command -v apt-get >/dev/null 2>&1 || by_hand "There is no apt-get here."

if [ "$(id -u)" -eq 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo"
else
    by_hand "Installing packages needs root, or sudo without a password."
fi

# A package must not start its service: Debian asks policy-rc.d, and 101 means "do not".
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
    trap '$as_root rm -f "$policy"' EXIT
fi

$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
# shellcheck disable=SC2086  # one word a package; packages are named as their commands
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing

# Nor at the next start of the machine.
if command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ]; then
    $as_root systemctl disable --now mosquitto nats-server >/dev/null 2>&1 || true
fi

for tool in $missing; do
    command -v "$tool" >/dev/null 2>&1 || by_hand "A package was installed and brought no $tool."
done
