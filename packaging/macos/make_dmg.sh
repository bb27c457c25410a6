#!/bin/sh
# make_dmg.sh APP DMG VOLUME: a disk image with the application and a link to /Applications.
# With NOTARY_PROFILE set (see notarytool's store-credentials) it is notarised as well.
set -eu

app=$1
image=$2
volume=$3

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ditto "$app" "$folder/$(basename "$app")"
ln -s /Applications "$folder/Applications"

rm -f "$image"
hdiutil create -volname "$volume" -srcfolder "$folder" -fs HFS+ -format UDZO \
    -imagekey zlib-level=9 -ov "$image"

if [ -n "${CODESIGN_IDENTITY:-}" ]; then
    codesign --force --timestamp --sign "$CODESIGN_IDENTITY" "$image"
fi
if [ -n "${NOTARY_PROFILE:-}" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$NOTARY_PROFILE" --wait
    xcrun stapler staple "$image"
fi
