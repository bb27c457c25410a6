"""The macOS side: what Info.plist says, the practice vCenter in the bundle, signing, the image."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import places

HERE = Path(__file__).resolve().parent
NAME = f"{places.PRODUCT}.app"
IDENTIFIER = "local.haproxy-setup.HAProxySetup"
UTI = "local.haproxy-setup.profile"
APP = places.FOLDER.parent / NAME
OLDEST_MACOS = "13.0"


def info() -> dict[str, object]:
    """What is added to the Info.plist that PyInstaller writes."""
    return {
        "CFBundleName": "HAProxy Setup",
        "CFBundleDisplayName": places.PRODUCT,
        "CFBundleShortVersionString": places.VERSION,
        "CFBundleVersion": places.VERSION,
        "CFBundleDevelopmentRegion": "en",
        "CFBundleLocalizations": places.languages(),
        "LSApplicationCategoryType": "public.app-category.utilities",
        "LSMinimumSystemVersion": OLDEST_MACOS,
        "NSHighResolutionCapable": True,
        "NSPrincipalClass": "NSApplication",
        "NSHumanReadableCopyright": "Apache License 2.0",
        "NSRequiresAquaSystemAppearance": False,
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "HAProxy Setup profile",
                "CFBundleTypeRole": "Editor",
                "CFBundleTypeIconFile": "profile.icns",
                "LSHandlerRank": "Owner",
                "LSItemContentTypes": [UTI],
            },
            {
                "CFBundleTypeName": "YAML file",
                "CFBundleTypeRole": "Editor",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": ["public.yaml"],
            },
        ],
        "UTExportedTypeDeclarations": [
            {
                "UTTypeIdentifier": UTI,
                "UTTypeDescription": "HAProxy Setup profile",
                "UTTypeConformsTo": ["public.yaml", "public.text"],
                "UTTypeIconFile": "profile.icns",
                "UTTypeTagSpecification": {
                    "public.filename-extension": ["haproxy.yaml", "haproxy.yml"],
                    "public.mime-type": [places.MIME_TYPE],
                },
            }
        ],
    }


def finish(practice_vcenter: Path | None, licence: Path | None) -> None:
    """Put in what PyInstaller does not know, and sign the whole once more.

    The identity is ``CODESIGN_IDENTITY``, else none ("ad hoc"): it runs on this computer, and on
    others after the user has agreed to it.
    """
    contents = APP / "Contents"
    shutil.copy(places.RENDERED / "profile.icns", contents / "Resources" / "profile.icns")
    identity = os.environ.get("CODESIGN_IDENTITY", "-")
    sign = ["codesign", "--force", "--timestamp=none" if identity == "-" else "--timestamp"]
    sign += ["--options", "runtime", "--sign", identity]
    if practice_vcenter is not None:
        # Code belongs into MacOS; the licence is no code, and may not stand beside it.
        target = contents / "MacOS" / practice_vcenter.name
        shutil.copy(practice_vcenter, target)
        target.chmod(0o755)
        places.run([*sign, target])
        if licence is not None:
            shutil.copy(licence, contents / "Resources" / licence.name)
    entitlements = HERE / "entitlements.plist"
    places.run([*sign, "--deep", "--entitlements", entitlements, APP])
    places.run(["codesign", "--verify", "--deep", "--strict", APP])


def build() -> Path:
    """Make the disk image."""
    places.DIST.mkdir(exist_ok=True)
    target = places.DIST / f"{places.COMMAND}-{places.VERSION}-macos-{places.machine()}.dmg"
    places.run(["sh", HERE / "make_dmg.sh", APP, target, f"{places.PRODUCT} {places.VERSION}"])
    return target
