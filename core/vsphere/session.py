"""One login to a vCenter, for one job, always ended."""

from __future__ import annotations

import contextlib
import http.client
import logging
import re
import ssl
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from pyVmomi import vim, vmodl
from pyVmomi.VmomiSupport import GetVmodlType

from core.errors import AppError, LoginError
from core.jobs import JobContext
from core.profile.model import VCenterSettings
from core.text import Text
from core.vsphere.faults import explain
from core.vsphere.patience import Patience
from core.vsphere.stub import RenewingStub, open_stub
from core.vsphere.trust import connect_tls

if TYPE_CHECKING:
    from core.vsphere.rest import RestClient

log = logging.getLogger(__name__)

_PRACTICE = "(practice)"
"""How the practice vCenter's full name ends; see ``packaging/practice-vcenter``."""
_VCSIM_OPTION = "vcsim.server.url"
"""An advanced setting of stock vcsim. Its ``about`` is that of a real vCenter 6.5."""


class About(Struct, frozen=True):
    """What a vCenter says of itself."""

    name: str
    version: str
    build: str
    api_type: str
    instance_uuid: str

    @property
    def release(self) -> tuple[int, ...]:
        """The version as numbers: ``8.0.3`` is ``(8, 0, 3)``."""
        return tuple(int(part) for part in re.findall(r"\d+", self.version)[:3])

    @property
    def is_vcenter(self) -> bool:
        """Whether this is a vCenter Server, not a single ESXi host (F19)."""
        return self.api_type == "VirtualCenter"


class Session:
    """A live login: the SOAP service, its content, and what REST and uploads need.

    Belongs to one job.
    """

    def __init__(
        self, target: VCenterSettings, stub: RenewingStub, context: ssl.SSLContext
    ) -> None:
        self.target = target
        self.stub = stub
        self.context = context
        self.content: Any = None
        self._rest: RestClient | None = None
        self._open_rest: Callable[[], RestClient] | None = None
        self._is_simulated: bool | None = None

    @property
    def about(self) -> About:
        """What this vCenter says of itself; read at login."""
        about = self.content.about
        return About(
            about.fullName or about.name,
            about.version,
            about.build or "",
            about.apiType,
            getattr(about, "instanceUuid", "") or "",
        )

    @property
    def is_simulated(self) -> bool:
        """Whether it says of itself that it is a simulator: no guests, no networks behind it.

        Its address tells nothing: a real vCenter may be at the end of a tunnel. Asked for once.
        """
        if self._is_simulated is None:
            self._is_simulated = self.about.name.endswith(_PRACTICE) or _is_vcsim(self.content)
        return self._is_simulated

    @property
    def rest(self) -> RestClient:
        """The REST login of this job, made when first asked for and ended with the session.

        Raises:
            AppError: this vCenter has no REST API, or refuses the user there.
        """
        if self._rest is None:
            if self._open_rest is None:
                raise RuntimeError("the session is not open")
            self._rest = self._open_rest()
        return self._rest

    def ref(self, kind: Any, moid: str) -> Any:
        """The managed object of a remembered id, for calls in this session.

        ``kind`` is its class or the class's name; it has to be the exact one, not a base class:
        vCenter looks objects up by both.
        """
        return (GetVmodlType(kind) if isinstance(kind, str) else kind)(moid, self.stub)

    @property
    def patience(self) -> Patience:
        """Decides whether waiting for an answer hears a cancel."""
        return self.stub.patience

    @property
    def renewals(self) -> int:
        """How often vCenter had forgotten the session; its views and collectors went with it."""
        return self.stub.renewals

    @property
    def cookie(self) -> str:
        """The id of this session, as other endpoints of the same vCenter want it.

        A vCenter quotes it in its cookie, the simulator does not.
        """
        match = re.search(r'vmware_soap_session="?([^";]+)', self.stub.cookie or "")
        return match.group(1) if match else ""


@contextlib.contextmanager
def open_session(
    target: VCenterSettings, password: str, ctx: JobContext | None = None
) -> Iterator[Session]:
    """Log in to ``target``, and out again whatever happens.

    Args:
        target: the vCenter.
        password: of its user.
        ctx: a cancel of it ends every wait, from the look-up of the address on. A command line
            needs none: there a signal interrupts what it waits for.

    Raises:
        ConnectError: the address cannot be reached or is no vSphere API.
        TrustError: its certificate is not believed.
        LoginError: user or password were refused.
        Cancelled: the user asked to stop.
    """
    heeding = Patience().heeding(ctx) if ctx is not None else contextlib.nullcontext()
    with heeding, _opened(target, password) as session:
        yield session


@contextlib.contextmanager
def _opened(target: VCenterSettings, password: str) -> Iterator[Session]:
    session = _reach(target)

    def log_in() -> None:
        session.content.sessionManager.Login(target.user, password, None)

    def renew() -> None:
        log.info("The session with %s had expired; logging in again.", target.address)
        log_in()

    try:
        service = vim.ServiceInstance("ServiceInstance", session.stub)
        try:
            session.content = _first_answer(service)
            log_in()
        except vim.fault.InvalidLogin as fault:
            raise LoginError(
                Text(
                    "vCenter {host} refused the user {user}.", host=target.address, user=target.user
                ),
                Text(
                    "Check user name, with its domain (user@domain), and password, and whether "
                    "the account is locked."
                ),
                details=type(fault).__name__,
            ) from fault
        session.stub.renew = renew
        session._open_rest = lambda: _open_rest(session, password)
        yield session
    except (vmodl.MethodFault, OSError, http.client.HTTPException) as fault:
        raise explain(fault, Text("Working with vCenter {host}", host=target.address)) from fault
    finally:
        session.stub.renew = None
        _log_out(session)


def _first_answer(service: Any) -> Any:
    """What the vCenter has to offer; asked again if it did not keep the connection for that.

    Once only: a connection that breaks off anew is lost indeed.
    """
    try:
        return service.RetrieveContent()
    except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
        return service.RetrieveContent()  # the stub has dropped the connection


def _is_vcsim(content: Any) -> bool:
    if content.setting is None:
        return False
    try:
        return bool(content.setting.QueryOptions(_VCSIM_OPTION))
    except vmodl.MethodFault:  # InvalidName where there is no such setting; or it may not be read
        return False


def _reach(target: VCenterSettings) -> Session:
    """Look the address up, shake hands, agree on a version: none of it can be interrupted."""
    reached: list[Session] = []

    def reach() -> None:
        tls = connect_tls(target.address, target.port, target.certificate)
        stub = open_stub(target.address, target.port, tls)
        reached.append(Session(target, stub, tls.context))

    def close() -> None:
        for session in reached:
            session.stub.DropConnections()

    Patience().connect(reach, close)
    return reached[0]


def _open_rest(session: Session, password: str) -> RestClient:
    from core.vsphere.rest import RestClient  # requests is only needed for libraries

    return RestClient(session.target, session.context, password, session.patience)


def _log_out(session: Session) -> None:
    """Best effort, and soon: the connection may be the very thing that broke."""
    session._open_rest = None
    with session.patience.ignoring(short=True):
        if session._rest is not None:
            session._rest.close()
        if session.content is not None:
            try:
                session.content.sessionManager.Logout()
            except (vmodl.MethodFault, OSError, http.client.HTTPException, AppError) as fault:
                log.debug("Logout from %s: %s", session.target.address, type(fault).__name__)
    session.stub.DropConnections()
