#!/bin/sh
# Removes what install.sh put there. Profiles, settings, logs and passwords are the user's: they
# are left, and named at the end.
set -eu

app=$(cd "$(dirname "$0")" && pwd)
prefix=${app%/lib/haproxy-setup}
list=$app/installed-files

refresh() {
    # Each is a cache that the desktop would otherwise rebuild some time later.
    if command -v update-desktop-database > /dev/null; then
        update-desktop-database -q "$prefix/share/applications" || true
    fi
    if command -v update-mime-database > /dev/null; then
        update-mime-database "$prefix/share/mime" > /dev/null 2>&1 || true
    fi
    if command -v gtk-update-icon-cache > /dev/null; then
        gtk-update-icon-cache -q -t -f "$prefix/share/icons/hicolor" 2> /dev/null || true
    fi
}

if [ "${1:-}" = --refresh ]; then
    refresh
    exit 0
fi

if [ "$prefix" = "$app" ] || [ ! -f "$list" ]; then
    echo "$app is not an installation" >&2
    exit 1
fi

while IFS= read -r file; do
    case $file in
        /* | *..*) continue ;;
    esac
    rm -f "$prefix/$file"
    rmdir -p "$prefix/$(dirname "$file")" 2> /dev/null || true
done < "$list"
rm -rf "$app"
rmdir "$prefix/lib" 2> /dev/null || true
if [ -d "$prefix/share" ]; then
    refresh
fi

if [ "${1:-}" != --quiet ]; then
    echo "Removed. Your own files are still there: ~/.config/haproxy-setup,"
    echo "~/.local/state/haproxy-setup, and passwords in the keyring (service haproxy-setup)."
fi
