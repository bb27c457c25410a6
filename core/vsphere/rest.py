"""The REST side of a vCenter: its own session, two dialects of paths and bodies, one client.

``/api`` from 7.0 U2 on (vSphere Automation API, published at developer.broadcom.com), the older
``/rest/com/vmware`` where that is missing. Plain ``requests``: the official bindings weigh 55 MB.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from core.errors import AppError, ConnectError, LoginError, NotFound, RemoteError
from core.profile.model import VCenterSettings
from core.text import Text
from core.vsphere.patience import Patience, patient_response

log = logging.getLogger(__name__)

_HEADER = "vmware-api-session-id"
_TIMEOUT_S = 60


class _ContextAdapter(HTTPAdapter):
    """Verifies by one TLS context and nothing else.

    requests would add its own bundle of public authorities to that context, so that a pinned
    vCenter could be impersonated by anybody with a public certificate.
    """

    def __init__(self, context: ssl.SSLContext, patience: Patience) -> None:
        self._context = context
        self._patience = patience
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"https": _pool_class(self._patience)}

    def build_connection_pool_key_attributes(
        self, request: Any, verify: Any, cert: Any = None
    ) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, True, cert)
        # the context compares names where it shall; urllib3 would always do it, and refuse a
        # pinned vCenter that is addressed by another name than its certificate's
        return host, {
            "ssl_context": self._context,
            "cert_reqs": pool["cert_reqs"],
            "assert_hostname": False,
        }

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing to add: the context knows."""


def _pool_class(waiting: Patience) -> type[HTTPSConnectionPool]:
    """Connections whose waits hear a cancel, in urllib3's form."""

    class Connection(HTTPSConnection):
        def connect(self) -> None:
            waiting.connect(super().connect, self.close)

        def getresponse(self) -> Any:
            self.response_class = patient_response(waiting, self.timeout)
            return super().getresponse()

    class Pool(HTTPSConnectionPool):
        ConnectionCls = Connection

    return Pool


class RestClient:
    """A REST login to a vCenter; close it.

    ``is_modern`` says which dialect is spoken. Belongs to one job; ``call`` may be used from one
    other thread at a time for a call that blocks.
    """

    def __init__(
        self,
        target: VCenterSettings,
        context: ssl.SSLContext,
        password: str,
        patience: Patience | None = None,
    ) -> None:
        self._base = f"https://{target.address}:{target.port}"
        self._host = target.address
        self._auth = (target.user, password)
        self._http = requests.Session()
        self._http.trust_env = False  # REQUESTS_CA_BUNDLE would override the context
        self._http.mount("https://", _ContextAdapter(context, patience or Patience()))
        self.is_modern = True
        try:
            self._log_in()
        except BaseException:
            self._http.close()
            raise

    def __repr__(self) -> str:
        return f"RestClient({self._host!r})"

    @property
    def headers(self) -> Mapping[str, str]:
        """The header that proves the session, for uploads to the same vCenter."""
        return {_HEADER: str(self._http.headers[_HEADER])}

    def call(
        self,
        method: str,
        path: str,
        body: object | None = None,
        *,
        params: Mapping[str, str] | None = None,
        timeout_s: float = _TIMEOUT_S,
    ) -> Any:
        """The answer's value, of either dialect; logs in again once if the session expired.

        Args:
            method: GET, POST, DELETE.
            path: below the host, with the dialect's prefix.
            body: sent as JSON.
            params: the query.
            timeout_s: seconds to wait for the answer.

        Raises:
            ConnectError: no answer.
            NotFound: the path or object does not exist.
            RemoteError: refused, with vCenter's own words.
        """
        answer = self._send(method, path, body, params, timeout_s)
        if answer.status_code == 401:
            self._log_in()
            answer = self._send(method, path, body, params, timeout_s)
        if answer.status_code == 404:
            raise NotFound(
                Text("vCenter {host} does not have {path}.", host=self._host, path=path),
                Text("It may have been removed meanwhile; run again."),
                details=_words(answer),
            )
        if not answer.ok:
            raise RemoteError(
                Text(
                    "vCenter {host} refused a request: {words}",
                    host=self._host,
                    words=_words(answer) or f"HTTP {answer.status_code}",
                ),
                Text("Mend the cause and run again."),
                details=f"{method} {path}: HTTP {answer.status_code}",
            )
        return self._value(answer)

    def close(self) -> None:
        """End the session in vCenter and the connection; never fails."""
        path = "/api/session" if self.is_modern else "/rest/com/vmware/cis/session"
        try:
            self._send("DELETE", path, None, None, 10)
        except AppError as error:
            log.debug("Ending the REST session: %s", error.details)
        self._http.close()

    def _log_in(self) -> None:
        self._http.headers.pop(_HEADER, None)
        self.is_modern = True
        answer = self._http_post_session("/api/session")
        if answer.status_code == 404:  # before 7.0 U2
            self.is_modern = False
            answer = self._http_post_session("/rest/com/vmware/cis/session")
        if answer.status_code in {401, 403}:
            raise LoginError(
                Text(
                    "vCenter {host} refused the user {user} for its REST API.",
                    host=self._host,
                    user=self._auth[0],
                ),
                Text("Check the account's rights, and its user name with the domain."),
            )
        if not answer.ok:
            raise RemoteError(
                Text(
                    "vCenter {host} has no REST API this program knows (HTTP {status}).",
                    host=self._host,
                    status=answer.status_code,
                ),
                Text("Deploy from a local file instead, which does not need it."),
                details=_words(answer),
            )
        self._http.headers[_HEADER] = str(self._value(answer))

    def _http_post_session(self, path: str) -> requests.Response:
        return self._send("POST", path, None, None, _TIMEOUT_S, auth=self._auth)

    def _send(
        self,
        method: str,
        path: str,
        body: object | None,
        params: Mapping[str, str] | None,
        timeout_s: float,
        auth: tuple[str, str] | None = None,
    ) -> requests.Response:
        try:
            return self._http.request(
                method,
                self._base + path,
                json=body,
                params=params,
                timeout=(10, timeout_s),
                auth=auth,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise ConnectError(
                Text("vCenter {host} did not answer a request.", host=self._host),
                Text("Check the network and that the vCenter is up, then run again: it goes on."),
                details=f"{method} {path}: {type(error).__name__}",
            ) from error

    def _value(self, answer: requests.Response) -> Any:
        if not answer.content:
            return None
        try:
            value = answer.json()
        except requests.JSONDecodeError as error:
            raise RemoteError(
                Text("vCenter {host} answered something that is not JSON.", host=self._host),
                Text("Check that nothing (a proxy, a portal) stands between."),
            ) from error
        if not self.is_modern and isinstance(value, dict) and "value" in value:
            return value["value"]
        return value


def _words(answer: requests.Response) -> str:
    """VCenter's own explanation, in either dialect's error body."""
    try:
        body = answer.json()
    except requests.JSONDecodeError:
        return ""
    if isinstance(body, dict) and isinstance(body.get("value"), dict):
        body = body["value"]
    messages = body.get("messages", []) if isinstance(body, dict) else []
    return "; ".join(str(m.get("default_message", "")) for m in messages if isinstance(m, dict))
