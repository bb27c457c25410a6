"""What an OVA says about where it comes from, and whether that is true."""

from __future__ import annotations

import hashlib

from core.findings import Finding, Severity, rule
from core.jobs import JobContext
from core.ova.archive import Ova
from core.ova.descriptor import Product
from core.ova.releases import Release, find_release, find_version
from core.ova.verify import Verification
from core.text import Text

_FIELD = "ova.file"
# As the makers' build script names the product, before the version.
_PRODUCT = "HAProxy for the Load Balancer API"
_CHUNK = 2 << 20

NO_MANIFEST = rule(
    "ova-no-manifest",
    Severity.WARNING,
    cause=Text("The OVA has no manifest, so nothing in it could be compared with a digest."),
    cure=Text("Compare the SHA-256 of the file with the published one."),
    source="DSP0243 5.1",
)
NOT_PUBLISHED = rule(
    "ova-not-published",
    Severity.WARNING,
    cause=Text("The OVA calls itself a published release but is not the published file."),
    cure=Text("Download it again from its makers, unless you built or changed it yourself."),
    source="F20",
)


def inspect_origin(product: Product, verification: Verification) -> tuple[Finding, ...]:
    """What to warn about after an OVA was verified."""
    findings: list[Finding] = []
    if not verification.has_manifest:
        findings.append(
            NO_MANIFEST.found(
                _FIELD,
                what=Text(
                    "The OVA has no manifest. Its SHA-256 is {sha256}.", sha256=verification.sha256
                ),
            )
        )
    if verification.published is None:
        findings += _find_false_claim(product, verification.sha256)
    return tuple(findings)


def find_missing_manifest(ova: Ova) -> tuple[Finding, ...]:
    """The warning for an OVA that was not verified yet and cannot be, without a manifest."""
    if ova.manifest is not None:
        return ()
    return (
        NO_MANIFEST.found(
            _FIELD,
            what=Text("{file} has no manifest to compare its content with.", file=ova.path.name),
        ),
    )


def find_origin_problems(
    ova: Ova, product: Product, ctx: JobContext | None = None
) -> tuple[Finding, ...]:
    """What to warn about before an OVA is verified.

    Reads the whole file if it says that it is a published release, and only then.

    Raises:
        OvaError: the file changed meanwhile.
        FileError: it cannot be read any more.
        Cancelled: the user asked to stop.
    """
    found = find_missing_manifest(ova)
    if not _claims_release(product):
        return found
    digest = hashlib.sha256()
    with ova.open_whole() as stream:
        while part := stream.read(_CHUNK):
            digest.update(part)
            if ctx is not None:
                ctx.check()
    return (*found, *_find_false_claim(product, digest.hexdigest()))


def _claims_release(product: Product) -> Release | None:
    """The published release that a product calls itself."""
    return find_version(product.version) if product.name.startswith(_PRODUCT) else None


def _find_false_claim(product: Product, sha256: str) -> tuple[Finding, ...]:
    release = _claims_release(product)
    if release is None or find_release(sha256) is not None:
        return ()
    return (
        NOT_PUBLISHED.found(
            _FIELD,
            what=Text(
                "The OVA calls itself {product} {version}, but its SHA-256 is {sha256}, not "
                "the published {published}.",
                product=_PRODUCT,
                version=release.version,
                sha256=sha256,
                published=release.sha256,
            ),
        ),
    )
