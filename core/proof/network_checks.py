"""What the appliance answers on the network: its port, its certificate, its API."""

from __future__ import annotations

import base64
import contextlib
import errno
import http.client
import json
import ssl
from abc import abstractmethod
from collections.abc import Iterator

from core.certificates import summary
from core.findings import Rule
from core.proof import rules
from core.proof.case import Case
from core.proof.check import Check, Look, not_yet, right, unseen, wrong
from core.proof.conversation import Conversation
from core.proof.limits import Limits
from core.text import Text
from core.vsphere.distrust import reason_of
from core.vsphere.trust import fingerprint, pinned_context

_FIELDS = ("network.management_address", "load_balancing.port")
_REFUSED = frozenset({errno.ECONNREFUSED, errno.ECONNRESET, 10061, 10054})
# OpenSSL's verify results: the names are not in Python's ssl module.
_TIMES = frozenset({9, 10, 13, 14})
_NAMES = frozenset({62, 64})
_ISSUERS = frozenset({2, 7, 18, 19, 20, 21, 24, 29, 30})


class _NetworkCheck(Check):
    """A check over a connection to the planned address."""

    def limit_s(self, limits: Limits) -> float:
        """See ``Check.limit_s``."""
        return limits.network_s

    def look(self, case: Case) -> Look:
        """See ``Check.look``."""
        if case.surroundings.route is None:
            return unseen(case.surroundings.no_network)
        return self.try_out(case)

    @abstractmethod
    def try_out(self, case: Case) -> Look:
        """Try with a network."""


class PortCheck(_NetworkCheck):
    """Something listens on the management address."""

    key = "proof-port"
    title = Text("The Data Plane API's port is open")

    def try_out(self, case: Case) -> Look:
        """See ``_NetworkCheck.try_out``."""
        try:
            with _connected(case):
                return right(Text("{endpoint} is open", endpoint=case.endpoint))
        except OSError as error:
            return _unreachable(case, error)


class CertificateCheck(_NetworkCheck):
    """TLS against exactly the published CA, made for the planned address."""

    key = "proof-tls"
    title = Text("Its certificate is from that CA, for that address")

    def try_out(self, case: Case) -> Look:
        """See ``_NetworkCheck.try_out``."""
        if not case.authority:
            return unseen(Text("There is no CA to check against."))
        try:
            with _connected(case) as line:
                # Python 3.13's strict mode refuses the appliance's leaf, which has no Authority
                # Key Identifier (DOMAIN 3.4); pinned_context clears it and checks all the rest.
                context = pinned_context(case.authority, check_name=True)
                case.certificate = line.secure(context, case.address)
        except ssl.SSLCertVerificationError as error:
            return _wrong_certificate(case, error)
        except ssl.SSLEOFError as error:  # hung up: a service that is starting, or not there yet
            return _unreachable(case, error)
        except ssl.SSLError as error:
            what = Text("{endpoint} does not speak TLS.", endpoint=case.endpoint)
            advice = Text("{cure} ({detail})", cure=rules.NO_TLS.cure, detail=error.reason or "")
            return wrong(rules.NO_TLS.found(*_FIELDS, what=what, advice=advice))
        except OSError as error:
            return _unreachable(case, error)
        about = summary(case.certificate)
        return right(
            Text(
                "{subject}, valid until {until:%Y-%m-%d}",
                subject=about.subject or case.address,
                until=about.not_after,
            )
        )


class ApiCheck(_NetworkCheck):
    """``GET /v2/info`` asks for a login and takes the planned one."""

    key = "proof-api"
    title = Text("The Data Plane API asks for a login and takes it")

    def try_out(self, case: Case) -> Look:
        """See ``_NetworkCheck.try_out``."""
        if not case.certificate:
            return unseen(Text("No password is sent to a peer that is not proven."))
        try:
            status, _ = _info(case, "")
            if status == 200:
                what = Text("{endpoint} answers without a login.", endpoint=case.endpoint)
                return wrong(rules.LOGIN_NOT_ASKED.found(*_FIELDS, what=what))
            if status != 401:
                return _odd(case, status)
            if not case.password:
                return unseen(Text("It asks for a login; the password to try is not known here."))
            status, body = _info(case, _basic(case))
        except (OSError, http.client.HTTPException) as error:
            return _broken(case, error)
        if status == 401:
            what = Text(
                "The login of {user} is refused (401).", user=case.profile.load_balancing.user
            )
            return wrong(rules.LOGIN_REFUSED.found("load_balancing.user", what=what))
        if status != 200:
            return _odd(case, status)
        version = _version(body)
        if not version:
            what = Text("{endpoint} answers, but not as the API.", endpoint=case.endpoint)
            return wrong(rules.NOT_THE_API.found(*_FIELDS, what=what))
        case.version = version
        return right(
            Text(
                "401 without, 200 with the login of {user}; version {version}",
                user=case.profile.load_balancing.user,
                version=version,
            )
        )


@contextlib.contextmanager
def _connected(case: Case) -> Iterator[Conversation]:
    if case.surroundings.route is None:
        raise RuntimeError("there is no network here")
    with Conversation(case.ctx, case.limits.answer_s) as line:
        line.connect(*case.surroundings.route(case.address, case.port))
        yield line


def _info(case: Case, login: str) -> tuple[int, bytes]:
    with _connected(case) as line:
        line.secure(pinned_context(case.authority, check_name=True), case.address)
        return line.request(
            f"GET /v2/info HTTP/1.1\r\nHost: {case.endpoint}\r\nAccept: application/json\r\n"
            f"{login}Connection: close\r\n\r\n"
        )


def _basic(case: Case) -> str:
    pair = f"{case.profile.load_balancing.user}:{case.password}".encode()
    return f"Authorization: Basic {base64.b64encode(pair).decode('ascii')}\r\n"


def _version(body: bytes) -> str:
    try:
        return str(json.loads(body)["api"]["version"]).strip()
    except (ValueError, LookupError, TypeError):
        return ""


def _unreachable(case: Case, error: OSError) -> Look:
    hung_up = isinstance(error, ssl.SSLEOFError)
    if isinstance(error, TimeoutError) or (error.errno not in _REFUSED and not hung_up):
        rule, what = rules.PORT_SILENT, Text("{endpoint} does not answer.", endpoint=case.endpoint)
    else:
        rule, what = rules.PORT_CLOSED, Text("{endpoint} is closed.", endpoint=case.endpoint)
    return not_yet(rule.found(*_FIELDS, what=what))


def _broken(case: Case, error: Exception) -> Look:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _wrong_certificate(case, error)
    if isinstance(error, http.client.HTTPException):
        what = Text("{endpoint} does not speak HTTP.", endpoint=case.endpoint)
        return not_yet(rules.NOT_THE_API.found(*_FIELDS, what=what))
    return _unreachable(case, error) if isinstance(error, OSError) else _odd(case, 0)


def _odd(case: Case, status: int) -> Look:
    what = Text("{endpoint} answers with {status}.", endpoint=case.endpoint, status=status)
    found = rules.NOT_THE_API.found(*_FIELDS, what=what)
    return not_yet(found) if status >= 500 else wrong(found)  # a service that is starting


def _wrong_certificate(case: Case, error: ssl.SSLCertVerificationError) -> Look:
    rule, what = _certificate_problem(case, error)
    return wrong(rule.found(*_FIELDS, what=what))


def _certificate_problem(case: Case, error: ssl.SSLCertVerificationError) -> tuple[Rule, Text]:
    if error.verify_code in _ISSUERS:
        what = Text(
            "{endpoint} shows a certificate that is not from the CA {sha256}.",
            endpoint=case.endpoint,
            sha256=fingerprint(case.authority),
        )
        return rules.OTHER_CA, what
    if error.verify_code in _NAMES:
        what = Text("The certificate is not for {address}.", address=case.address)
        return rules.OTHER_HOST, what
    rule = rules.CERTIFICATE_TIME if error.verify_code in _TIMES else rules.CERTIFICATE_WRONG
    return rule, Text("The certificate is refused: {reason}.", reason=reason_of(error))
