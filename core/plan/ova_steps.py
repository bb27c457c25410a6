"""The steps that make sure of the OVA: verify the file, import it into the library if asked."""

from __future__ import annotations

import logging

from core.errors import RemoteError
from core.findings import Finding, Severity, rule
from core.jobs import Progress
from core.ova.archive import Ova
from core.ova.authenticity import inspect_origin
from core.ova.descriptor import parse_descriptor
from core.ova.verify import verify
from core.plan.facts import Facts, LibraryFacts, with_library
from core.plan.step import Action, Step
from core.plan.work import Work
from core.profile.model import FILE, Profile
from core.text import Text
from core.vsphere.library import ContentLibrary, Item

log = logging.getLogger(__name__)

ITEM_DIFFERS = rule(
    "library-item-differs",
    Severity.ERROR,
    cause=Text("The library has an item of that name with other files than the OVA's."),
    cure=Text("Give another name for the item, or deploy the one that is there."),
)
ITEM_EMPTY = rule(
    "library-item-empty",
    Severity.ERROR,
    cause=Text("The library item holds no files: its import never ended, or is still going on."),
    cure=Text("Wait for the import to end, or remove the item."),
)
ITEM_NOT_APPLIANCE = rule(
    "library-item-not-haproxy",
    Severity.ERROR,
    cause=Text("The library item is not an OVF template of the HAProxy appliance."),
    cure=Text("Choose the item made from the HAProxy appliance's OVA."),
)


class VerifyStep(Step):
    """Compare every byte of the OVA with its manifest, before anything is changed."""

    def run(self, work: Work) -> None:
        """See ``Step.run``; changes nothing."""
        if work.ova is None:
            raise RuntimeError("there is no file to verify")
        if work.early is not None:
            work.verification = work.early.result(work.ctx, self.key)
        else:
            work.verification = verify(work.ova, work.ctx, self.key)
        product = parse_descriptor(work.ova.descriptor, work.ova.descriptor_name).product
        for finding in inspect_origin(product, work.verification):
            log.warning("%s: %s", work.ova.path.name, finding.what)
            work.ctx.report(Progress(self.key, None, finding.what))


class ImportStep(Step):
    """Import the verified OVA into the content library, or find it there."""

    def run(self, work: Work) -> None:
        """See ``Step.run``; a killed import is found and removed by the next run."""
        facts, name = work.facts, work.profile.ova.item
        if facts.library is None or work.ova is None or work.verification is None:
            raise RuntimeError("library and verified file come first")
        content = ContentLibrary(work.session)
        item = content.find_item(facts.library.library, name)
        if item is not None and item.is_leftover:
            resumed = work.journal is not None and work.journal.is_resumed
            if not resumed and content.is_being_filled(item.id):
                raise RemoteError(
                    Text("Another run is importing {name} into the library.", name=name),
                    Text("Wait for its end, then run again. If it was stopped: in some minutes."),
                )
            content.delete_item(item.id)
            item = None
        self.made = item is None
        if item is None:
            content.import_ova(
                facts.library.library, name, work.ova, work.verification, work.ctx, self.key
            )
        work.facts = with_library(work.session, work.profile, facts)


def plan_verify(profile: Profile, ova: Ova | None, needed: bool) -> VerifyStep | None:
    """The step that verifies the file; None where there is no file."""
    if profile.ova.source != FILE or ova is None:
        return None
    return VerifyStep(
        key="ova",
        title=Text("OVA {file}", file=ova.path.name),
        object_name=ova.path.name,
        wanted=Action.CHECK if needed else Action.PRESENT,
        detail=_verify_detail(ova) if needed else Text("Not needed: the machine is there"),
    )


def _verify_detail(ova: Ova) -> Text:
    if ova.manifest is None:
        return Text("Read every byte; without a manifest there is nothing to compare it with")
    return Text("Compare every member with the manifest's checksum")


def plan_import(
    profile: Profile, facts: Facts, ova: Ova | None, problems: tuple[Finding, ...], needed: bool
) -> ImportStep | None:
    """The step that fills the library; None where the profile does not ask for it."""
    if not profile.ova.imports:
        return None
    item = facts.library.item if facts.library else None
    present = not needed or (item is not None and not item.is_leftover)
    return ImportStep(
        key="import",
        title=Text("Library item {name}", name=profile.ova.item),
        object_name=profile.ova.item,
        wanted=Action.PRESENT if present else Action.CREATE,
        detail=Text("In content library {library}", library=profile.ova.library),
        problems=problems + (_item_problems(profile, item, ova) if needed else ()),
        leaves=Text("A library item that is not complete is removed."),
    )


def find_item_problems(profile: Profile, library: LibraryFacts | None) -> tuple[Finding, ...]:
    """What is wrong with the item to deploy from, as far as vCenter's summary tells."""
    if profile.ova.source == FILE or library is None or library.item is None:
        return ()
    if not library.item.files:
        what = Text("Library item {name} holds no files.", name=profile.ova.item)
        return (ITEM_EMPTY.found("ova.item", what=what),)
    networks = summary_networks(library.summary)
    missing = [name for name, _ in profile.network_mapping() if networks and name not in networks]
    if missing:
        what = Text(
            "Library item {name} is not the HAProxy appliance: it has no network {missing}.",
            name=profile.ova.item,
            missing=", ".join(missing),
        )
        return (ITEM_NOT_APPLIANCE.found("ova.item", what=what),)
    return ()


def summary_networks(summary: dict[str, object]) -> tuple[str, ...]:
    """The OVF networks in vCenter's summary; the older dialect writes the key with a capital."""
    found = summary.get("networks") or summary.get("Networks") or ()
    return tuple(map(str, found)) if isinstance(found, list) else ()


def summary_licences(summary: dict[str, object]) -> tuple[str, ...]:
    """The licence texts in vCenter's summary."""
    found = summary.get("EULAs") or summary.get("eulas") or ()
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _item_problems(profile: Profile, item: Item | None, ova: Ova | None) -> tuple[Finding, ...]:
    if item is None or item.is_leftover or ova is None:
        return ()
    if not item.files:
        what = Text("Library item {name} holds no files.", name=item.name)
        return (ITEM_EMPTY.found("ova.item", what=what),)
    mine = {member.name: member.size for member in ova.members}
    common = {name: size for name, size in item.files.items() if name in mine}
    if not common or any(size and size != mine[name] for name, size in common.items()):
        what = Text(
            "Library item {name} was made from another file than {file}.",
            name=item.name,
            file=ova.path.name,
        )
        return (ITEM_DIFFERS.found("ova.item", what=what),)
    return ()
