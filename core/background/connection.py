"""Everything the window asks a vCenter for while a profile is prepared; one login per question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from core.errors import AppError, NotFound
from core.jobs import JobContext
from core.profile.model import VCenterSettings
from core.structs import Discreet
from core.text import Text

if TYPE_CHECKING:
    from core.certificates import CertificateSummary
    from core.vsphere.inventory import Host, Inventory
    from core.vsphere.session import About, Session


class Login(Discreet, Struct, frozen=True):
    """Who logs in where."""

    target: VCenterSettings
    password: str

    def __post_init__(self) -> None:
        """From now on the password is in use, whatever is typed over it."""
        from core.redaction import REDACTOR

        REDACTOR.hide([self.password])


class VCenterFacts(Struct, frozen=True):
    """What the forms offer from one vCenter. ``remarks`` say what could not be read."""

    login: Login
    about: About
    inventory: Inventory
    switch_versions: tuple[str, ...]
    policies: tuple[str, ...]
    libraries: tuple[str, ...]
    remarks: tuple[Text, ...]


class ShownCertificate(Struct, frozen=True):
    """A certificate for a person to look at."""

    pem: str
    summary: CertificateSummary


def read_vcenter(ctx: JobContext, login: Login) -> VCenterFacts:
    """Log in and read the inventory, and what else there is to choose from.

    Raises:
        AppError: no connection, no trust, no login.
        Cancelled: the user asked to stop, be it while an address does not answer.
    """
    from core.vsphere.inventory import read_folders, read_inventory
    from core.vsphere.session import open_session

    with open_session(login.target, login.password, ctx) as session:
        ctx.check()
        inventory = read_folders(session, read_inventory(session))
        ctx.check()
        remarks: list[Text] = []
        facts = VCenterFacts(
            login,
            session.about,
            inventory,
            _versions(session),
            _policies(session, remarks),
            _libraries(session, remarks),
            (),
        )
    ctx.check()
    return VCenterFacts(
        login, facts.about, inventory, facts.switch_versions, facts.policies, facts.libraries,
        tuple(remarks),
    )  # fmt: skip


def read_certificate(ctx: JobContext, address: str, port: int) -> ShownCertificate:
    """The certificate a vCenter shows, believed or not.

    Raises:
        AppError: no connection, or no TLS there.
        Cancelled: the user asked to stop.
    """
    from core.vsphere.patience import Patience
    from core.vsphere.trust import shown_certificate

    shown: list[str] = []
    patience = Patience()
    with patience.heeding(ctx):
        patience.connect(lambda: shown.append(shown_certificate(address, port)), lambda: None)
    return describe_certificate(ctx, shown[0])


def describe_certificate(ctx: JobContext, pem: str) -> ShownCertificate:
    """What a certificate says.

    Raises:
        CertificateError: it cannot be read.
    """
    from core.certificates import summary

    ctx.check()
    return ShownCertificate(pem, summary(pem))


def read_cluster_hosts(ctx: JobContext, login: Login, cluster: str) -> tuple[Host, ...]:
    """The hosts of a cluster (its id) with link, speed and use of each NIC.

    Raises:
        AppError: vCenter cannot be asked, or has no such cluster.
    """
    from core.vsphere.inventory import read_hosts, read_inventory
    from core.vsphere.session import open_session

    with open_session(login.target, login.password, ctx) as session:
        ctx.check()
        found = [c for c in read_inventory(session).clusters if c.moid == cluster]
        if not found:
            raise NotFound(
                Text("The cluster is not in this vCenter any more."),
                Text("Read the inventory again."),
            )
        return read_hosts(session, found[0].hosts)


def read_library_items(ctx: JobContext, login: Login, library: str) -> tuple[str, ...]:
    """Names of the OVF items of a content library, empty if there is no such library.

    Raises:
        AppError: vCenter cannot be asked.
    """
    from core.vsphere.library import ContentLibrary
    from core.vsphere.session import open_session

    with open_session(login.target, login.password, ctx) as session:
        ctx.check()
        libraries = ContentLibrary(session)
        found = libraries.find_library(library)
        return tuple(item.name for item in libraries.items(found)) if found else ()


def _versions(session: Session) -> tuple[str, ...]:
    from core.vsphere.switch import available_versions

    offered = available_versions(session) or ()
    return tuple(dict.fromkeys(str(product.version) for product in offered))


def _policies(session: Session, remarks: list[Text]) -> tuple[str, ...]:
    from core.vsphere.policies import PolicyService

    service = PolicyService(session)
    try:
        return tuple(policy.name for policy in service.policies())
    except AppError as error:
        remarks.append(Text("Storage policies could not be read: {reason}", reason=error.what))
        return ()
    finally:
        service.close()


def _libraries(session: Session, remarks: list[Text]) -> tuple[str, ...]:
    from core.vsphere.library import ContentLibrary

    try:
        return tuple(library.name for library in ContentLibrary(session).libraries())
    except AppError as error:
        remarks.append(Text("Content libraries could not be read: {reason}", reason=error.what))
        return ()
