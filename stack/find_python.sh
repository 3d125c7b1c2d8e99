#!/bin/sh
# Print the first Python on PATH that is new enough and can create virtual environments.
set -eu

found=
for python in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        found=$python
        if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            echo "$python"
            exit
        fi
    fi
done

if [ -z "$found" ]; then
    echo 'error: Python 3.11 or newer is needed, and PATH has none. Install it.' >&2
else
    version=$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "error: $found cannot create virtual environments:" \
        "install Debian's package python$version-venv." >&2
fi
exit 1
