"""Storage policies, over the policy service (PBM) that every vCenter of interest has."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from pyVmomi import pbm, vim

from core.text import Text
from core.vsphere.faults import explained
from core.vsphere.session import Session
from core.vsphere.stub import BoundedStub

_PATH = "/pbm"  # what govmomi uses; "/pbm/sdk" is missing on the simulator (SIMULATOR 4)


class Policy(Struct, frozen=True):
    """A VM storage policy."""

    id: str
    name: str


class PolicyService:
    """The policy service, in the session it is made with."""

    def __init__(self, session: Session) -> None:
        self._stub = BoundedStub(
            patience=session.patience,
            host=session.target.address,
            port=session.target.port,
            path=_PATH,
            version="pbm.version.version2",
            sslContext=session.context,
            httpConnectionTimeout=60,
        )
        self._session = session
        self._content: Any = None

    def policies(self) -> tuple[Policy, ...]:
        """All requirement policies, by name."""
        with explained(Text("Reading the storage policies")):
            manager = self._service().profileManager
            ids = manager.PbmQueryProfile(
                resourceType=pbm.profile.ResourceType(resourceType="STORAGE"),
                profileCategory="REQUIREMENT",
            )
            profiles = manager.PbmRetrieveContent(ids) if ids else []
        found = (Policy(p.profileId.uniqueId, p.name) for p in profiles)
        return tuple(sorted(found, key=lambda policy: policy.name.casefold()))

    def compatible(self, policy: Policy, datastores: tuple[str, ...]) -> frozenset[str]:
        """Which of the datastores (ids) can keep what the policy promises."""
        hubs = [pbm.placement.PlacementHub(hubType="Datastore", hubId=moid) for moid in datastores]
        with explained(Text("Asking which datastores fit policy {name}", name=policy.name)):
            results = self._service().placementSolver.PbmCheckCompatibility(
                hubs, pbm.profile.ProfileId(uniqueId=policy.id)
            )
        return frozenset(result.hub.hubId for result in results or [] if not result.error)

    def policies_of(self, machine: str, disk_keys: tuple[int, ...]) -> tuple[frozenset[str], ...]:
        """Ids of the policies of a VM's home and of each disk, in this order."""
        refs = [pbm.ServerObjectRef(objectType="virtualMachine", key=machine)]
        refs += [
            pbm.ServerObjectRef(objectType="virtualDiskId", key=f"{machine}:{key}")
            for key in disk_keys
        ]
        with explained(Text("Reading back the storage policy")):
            manager = self._service().profileManager
            return tuple(
                frozenset(found.uniqueId for found in manager.PbmQueryAssociatedProfile(ref) or [])
                for ref in refs
            )

    def close(self) -> None:
        """Drop the connection; the session itself is the vCenter's."""
        self._stub.DropConnections()

    def _service(self) -> Any:
        """The service's content; asked again when the vCenter session was renewed meanwhile."""
        context = {"vcSessionCookie": self._session.cookie}
        if self._content is None or self._stub.requestContext != context:
            self._stub.requestContext = context
            instance = pbm.ServiceInstance("ServiceInstance", self._stub)
            self._content = instance.PbmRetrieveServiceContent()
        return self._content


def profile_spec(policy: Policy) -> Any:
    """The policy in the form a VM or disk specification wants it."""
    return vim.vm.DefinedProfileSpec(profileId=policy.id)
