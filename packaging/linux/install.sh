#!/bin/sh
# Installs HAProxy Setup for vSphere for one user, below ~/.local; as root, with PREFIX=/usr/local,
# for everybody. uninstall.sh, which stays beside the application, removes all of it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
prefix=${PREFIX:-${HOME:?}/.local}
case $prefix in
    /*) ;;
    *) echo "PREFIX has to be an absolute path" >&2; exit 1 ;;
esac
app=$prefix/lib/haproxy-setup

if [ -e "$app" ]; then
    if [ ! -f "$app/installed-files" ]; then
        echo "$app exists and is not an installation of this program; nothing was changed" >&2
        exit 1
    fi
    "$app/uninstall.sh" --quiet
fi

mkdir -p "$app" "$prefix/bin" "$prefix/share"
cp -R "$here/app/." "$app/"
cp "$here/uninstall.sh" "$app/uninstall.sh"
list=$app/installed-files
: > "$list"

command=$prefix/bin/haproxy-setup
if [ -e "$command" ] && [ ! -L "$command" ]; then
    echo "$command is another program; it was left as it is" >&2
else
    ln -sf "$app/haproxy-setup" "$command"
    echo "bin/haproxy-setup" >> "$list"
fi

(cd "$here" && find share -type f) | while IFS= read -r file; do
    mkdir -p "$prefix/$(dirname "$file")"
    cp "$here/$file" "$prefix/$file"
    printf '%s\n' "$file" >> "$list"
done

# The command need not be on the PATH of the desktop.
entry=$prefix/share/applications/haproxy-setup.desktop
awk -v program="$app/haproxy-setup" '
    /^Exec=/ { print "Exec=\"" program "\" %f"; next }
    /^TryExec=/ { print "TryExec=" program; next }
    { print }' "$here/share/applications/haproxy-setup.desktop" > "$entry"

"$app/uninstall.sh" --refresh

echo "Installed in $app"
echo "Start it from the menu, or with $command"
case :$PATH: in
    *":$prefix/bin:"*) ;;
    *) echo "$prefix/bin is not on your PATH." ;;
esac
echo "To remove it: $app/uninstall.sh"
