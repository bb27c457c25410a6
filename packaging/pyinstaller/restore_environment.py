"""Runs first in the frozen application: puts right what freezing changes for it and its children.

PyInstaller starts us with a library path of our own. Programs we start (a browser, the practice
vCenter) would load our libraries instead of theirs, so they get the path there was before. When
we start ourselves again, the bootloader is told to begin afresh.
"""

import os
import sys

# OpenSSL looks for certificate authorities where the build machine's system keeps them.
AUTHORITIES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch, Gentoo
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, Red Hat
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # Alpine, macOS
)


def restore() -> None:
    """Change the environment of this process."""
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH"):
        before = os.environ.pop(f"{name}_ORIG", None)
        if before:
            os.environ[name] = before
        else:
            os.environ.pop(name, None)
    os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
    if sys.platform != "win32" and not os.environ.get("SSL_CERT_FILE"):
        # Without a look at what OpenSSL was built with: importing ssl would slow every start.
        found = next((path for path in AUTHORITIES if os.path.isfile(path)), None)
        if found:
            os.environ["SSL_CERT_FILE"] = found


def find_files_directly() -> None:
    """Let Python's own finder find our modules, which are files.

    PyInstaller's stands before it, for modules inside the program, where there are none of ours:
    it costs more at every import than the import of a small module itself.
    """
    sys.path_hooks[:] = [
        hook
        for hook in sys.path_hooks
        if getattr(getattr(hook, "__self__", None), "__name__", "") != "PyiFrozenFinder"
    ]
    sys.path_importer_cache.clear()


restore()
if sys.platform != "darwin":
    find_files_directly()
