"""Which vCenter certificates are believed: the system's trust, or what the profile pins.

There is no way to switch verification off. pyvmomi's own ``thumbprint=`` is not used: after its
first connection it accepts an impostor's certificate (STYLE 3.5, tried).
"""

from __future__ import annotations

import hashlib
import socket
import ssl

from msgspec import Struct

from core.errors import ConnectError, TrustError
from core.pem import certificate_ders
from core.text import Text
from core.vsphere.chain import reason_above, shown_chain
from core.vsphere.distrust import OTHER_NAME, OUT_OF_TIME, reason_of

PROBE_TIMEOUT_S = 5.0
HANDSHAKE_TIMEOUT_S = 20.0
"""A busy vCenter takes connections at once and its time with everything after that."""
_RENEW = Text("Check this computer's clock; if it is right, renew the vCenter's certificate.")
_RENEW_CA = Text(
    "Check this computer's clock; if it is right, have that CA's certificate renewed, in the "
    "vCenter and wherever it is trusted."
)


def system_context() -> ssl.SSLContext:
    """TLS that believes what this computer believes."""
    return ssl.create_default_context()


def pinned_context(certificate: str, *, check_name: bool) -> ssl.SSLContext:
    """TLS that believes ``certificate`` (PEM, or any form there is) and nothing else.

    It may be several: each is believed, one that is damaged is passed over (the checks say it).
    ``VERIFY_X509_PARTIAL_CHAIN`` lets a leaf be its own anchor. ``VERIFY_X509_STRICT``, on by
    default from Python 3.13, refuses certificates without an Authority Key Identifier, which
    self-signed vCenter certificates often lack; the pin is stronger than what it would check.

    Raises:
        ValueError: none of them can be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = check_name
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not sum(_is_loaded(context, der) for der in certificate_ders(certificate)):
        raise ValueError("no certificate")
    return context


def _is_loaded(context: ssl.SSLContext, der: bytes) -> bool:
    try:
        context.load_verify_locations(cadata=der)
    except (ssl.SSLError, ValueError):
        return False
    return True


def fingerprint(certificate: str) -> str:
    """SHA-256 of a PEM certificate in colon-separated pairs, as browsers show it."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(first_certificate(certificate))).hexdigest()
    return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2)).upper()


def first_certificate(pem: str) -> str:
    """The first certificate of a PEM text, which may hold a whole chain."""
    end = "-----END CERTIFICATE-----"
    start = pem.find("-----BEGIN CERTIFICATE-----")
    return pem[max(start, 0) :].partition(end)[0] + end + "\n"


def connect_tcp(host: str, port: int, timeout_s: float = PROBE_TIMEOUT_S) -> socket.socket:
    """A connected socket; says in one sentence why there is none.

    Raises:
        ConnectError: the name does not resolve, nothing listens there, or nothing answers.
    """
    try:
        return socket.create_connection((host, port), timeout=timeout_s)
    except socket.gaierror as error:
        raise ConnectError(
            Text("The name {host} cannot be resolved.", host=host),
            Text("Check the spelling and this computer's DNS, or give the IP address."),
            details=str(error),
        ) from error
    except TimeoutError as error:
        raise ConnectError(
            Text("{host} did not answer on port {port}.", host=host, port=port),
            Text("Check the address, the VPN and firewalls between here and there."),
            details=str(error),
        ) from error
    except (OSError, UnicodeError) as error:
        raise ConnectError(
            Text("No connection to {host} on port {port}.", host=host, port=port),
            Text("Check address and port, and whether the service runs there."),
            details=str(error),
        ) from error


def shown_certificate(host: str, port: int) -> str:
    """The certificate (PEM) that ``host`` shows, believed or not, for a person to look at.

    Raises:
        ConnectError: no connection, or no TLS on that port.
    """
    return ssl.DER_cert_to_PEM_cert(_shown(host, port)[0])


def _shown(host: str, port: int) -> tuple[bytes, ...]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # only to look at the certificate; nothing is sent
    try:
        with _handshake(context, host, port) as tls:
            return shown_chain(tls)
    except (OSError, ValueError) as error:
        raise _no_tls(host, port, error) from error


def connect_tls(host: str, port: int, certificate: str = "") -> ssl.SSLSocket:
    """A connection to a vCenter that is believed; nothing has been sent over it yet.

    Further ones are made with its ``context``. ``certificate`` is the PEM the user has trusted for
    this vCenter, if any; only that is accepted then, by its key even where its name does not match
    the address used.

    Raises:
        ConnectError: no connection, or no TLS on that port.
        TrustError: the certificate shown is not believed; carries it as PEM if it can be trusted.
    """
    context = _context(certificate)
    try:
        try:
            return _handshake(context, host, port)
        except ssl.SSLCertVerificationError as error:
            chain = _shown(host, port)
            shown = ssl.DER_cert_to_PEM_cert(chain[0])
            if certificate and holds(certificate, shown):
                return _handshake_with_the_pinned(host, port, chain)
            if certificate and error.verify_code in OTHER_NAME and _signed(host, port, certificate):
                advice = Text("Enter the vCenter's address as its certificate has it.")
                raise _signed_but(host, shown, _Refusal(error, reason_of(error), advice)) from error
            refusal = _refusal(error, chain, context)
            if certificate and error.verify_code in OUT_OF_TIME:
                raise _signed_but(host, shown, refusal) from error
            raise _distrust(host, shown, refusal, pinned=bool(certificate)) from error
    except (OSError, ValueError) as error:
        raise _no_tls(host, port, error) from error


def _context(certificate: str) -> ssl.SSLContext:
    if not certificate:
        return system_context()
    try:
        return pinned_context(certificate, check_name=True)
    except ValueError as error:
        raise TrustError(
            Text("The certificate trusted in the profile cannot be read."),
            Text("Trust the vCenter's certificate again: haproxy-setup trust PROFILE."),
            details=str(error),
        ) from error


def _handshake(context: ssl.SSLContext, host: str, port: int) -> ssl.SSLSocket:
    with connect_tcp(host, port) as raw:
        raw.settimeout(HANDSHAKE_TIMEOUT_S)
        return context.wrap_socket(raw, server_hostname=host)  # which takes the socket over


def holds(trusted: str, shown: str) -> bool:
    """Whether a certificate (PEM) is one of those in the profile, not merely signed by one."""
    return ssl.PEM_cert_to_DER_cert(shown) in certificate_ders(trusted)


def _handshake_with_the_pinned(host: str, port: int, chain: tuple[bytes, ...]) -> ssl.SSLSocket:
    """What is shown is the very certificate that is trusted: its name does not matter then."""
    context = pinned_context(ssl.DER_cert_to_PEM_cert(chain[0]), check_name=False)
    try:
        return _handshake(context, host, port)
    except ssl.SSLCertVerificationError as error:
        refusal = _refusal(error, chain, context)
        raise TrustError(
            Text(
                "The certificate of {host} is the trusted one, but cannot be used: {reason}.",
                host=host,
                reason=refusal.reason,
            ),
            refusal.advice or _RENEW,
            details=str(error),
        ) from error


def _signed(host: str, port: int, authority: str) -> bool:
    """Whether it is the name alone that is wrong: OpenSSL looks at that before the signatures."""
    try:
        _handshake(pinned_context(authority, check_name=False), host, port).close()
    except ssl.SSLCertVerificationError as error:
        return error.verify_code in OUT_OF_TIME
    return True


class _Refusal(Struct, frozen=True):
    """Why OpenSSL refuses a chain, and what helps where that is known."""

    error: ssl.SSLCertVerificationError
    reason: Text | str
    advice: Text | None = None


def _refusal(
    error: ssl.SSLCertVerificationError, chain: tuple[bytes, ...], context: ssl.SSLContext
) -> _Refusal:
    if error.verify_code not in OUT_OF_TIME:
        return _Refusal(error, reason_of(error))
    above = reason_above(error, chain, context.get_ca_certs(binary_form=True))
    return _Refusal(error, above or reason_of(error), _RENEW_CA if above else _RENEW)


def _signed_but(host: str, shown: str, refusal: _Refusal) -> TrustError:
    return TrustError(
        Text(
            "The certificate of {host} is signed by the trusted CA, but {reason}.",
            host=host,
            reason=refusal.reason,
        ),
        refusal.advice or _RENEW,
        certificate=shown,
        details=str(refusal.error),
    )


def _no_tls(host: str, port: int, error: Exception) -> ConnectError:
    if isinstance(error, TimeoutError):
        return ConnectError(
            Text("{host} did not answer in time on port {port}.", host=host, port=port),
            Text(
                "It takes connections, but says nothing. Try again if the vCenter is busy or "
                "starting; otherwise check address, port and what is in between."
            ),
            details=str(error),
        )
    return ConnectError(
        Text("{host} does not speak HTTPS on port {port}.", host=host, port=port),
        Text("Check that address and port are the vCenter's (usually 443)."),
        details=str(error),
    )


def _distrust(host: str, shown: str, refusal: _Refusal, *, pinned: bool) -> TrustError:
    if pinned:
        what = Text(
            "{host} shows another certificate than the one trusted in the profile.", host=host
        )
        advice = Text(
            "If the vCenter's certificate was renewed, compare its SHA-256 {sha256} with the "
            "vCenter's own and trust it; otherwise somebody may be in between.",
            sha256=fingerprint(shown),
        )
    else:
        what = Text(
            "The certificate of {host} is not trusted: {reason}.",
            host=host,
            reason=refusal.reason,
        )
        advice = refusal.advice or Text(
            "Compare its SHA-256 {sha256} with the vCenter's own; if it is right, trust it for "
            "this profile (haproxy-setup trust PROFILE).",
            sha256=fingerprint(shown),
        )
    return TrustError(what, advice, certificate=shown, details=str(refusal.error))
