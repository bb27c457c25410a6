"""What a verified OVA says about where it comes from."""

from __future__ import annotations

from core.findings import Finding, Severity, rule
from core.ova.descriptor import Product
from core.ova.releases import find_version
from core.ova.verify import Verification
from core.text import Text

_FIELD = "ova.file"
# As the makers' build script names the product, before the version.
_PRODUCT = "HAProxy for the Load Balancer API"

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
    release = find_version(product.version)
    if product.name.startswith(_PRODUCT) and release and verification.published is None:
        findings.append(
            NOT_PUBLISHED.found(
                _FIELD,
                what=Text(
                    "The OVA calls itself {product} {version}, but its SHA-256 is {sha256}, not "
                    "the published {published}.",
                    product=_PRODUCT,
                    version=release.version,
                    sha256=verification.sha256,
                    published=release.sha256,
                ),
            )
        )
    return tuple(findings)
