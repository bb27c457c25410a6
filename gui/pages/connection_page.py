"""The vCenter: address, account, trust, and whether the rest will work."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtWidgets import QPushButton

from core.errors import AppError, TrustError
from core.text import Text
from gui.dialogs.certificate_dialog import CertificateDialog
from gui.form.file_editors import PemEditor
from gui.form.secret_editor import SecretEditor
from gui.messages import show_error
from gui.pages.banner import Banner
from gui.pages.page import FormPage
from gui.profile_model import fields_of
from gui.vcenter_state import State
from gui.wording import name, say


class ConnectionPage(FormPage):
    """Test connection early: it tells in seconds whether the rest will work."""

    key = "connection"
    title = Text("Connection")
    icon = "connection"
    primary = Text("Test connection")

    def field_keys(self) -> tuple[str, ...]:
        """The vCenter's fields and its password."""
        return (*(spec.key for spec in fields_of("vcenter")), "secrets.vcenter_password")

    def build_sections(self) -> Iterator[None]:
        """The account, then trust, then what came of a test."""
        specs = {spec.key: spec for spec in (*fields_of("vcenter"), *fields_of("secrets"))}
        account = [specs[key] for key in self.field_keys() if key != "vcenter.certificate"]
        self.add_section(Text("vCenter"), account)
        trust = self.add_section(Text("Trust"), [specs["vcenter.certificate"]])
        self.banner = Banner(self)
        self.content.insertWidget(0, self.banner)
        trust.setObjectName("section.trust")
        yield
        self._build_certificate_button()
        self._wire_password()
        vcenter = self.services.vcenter
        vcenter.changed.connect(self._on_vcenter_changed)
        vcenter.failed.connect(self._on_failed)

    def _build_certificate_button(self) -> None:
        editor = self.rows["vcenter.certificate"].editor
        self.show_button = QPushButton(self)
        self.show_button.setObjectName("show_certificate")
        say(self.show_button, "setText", Text("Show…"))
        name(
            self.show_button,
            Text("Show the certificate"),
            Text("Shows the trusted certificate, or the one the vCenter presents."),
        )
        if isinstance(editor, PemEditor):
            editor.buttons.insertWidget(1, self.show_button)
        self.show_button.clicked.connect(self._on_show_certificate)

    def _wire_password(self) -> None:
        editor = self.rows["secrets.vcenter_password"].editor
        if isinstance(editor, SecretEditor):
            editor.edit.returnPressed.connect(self.press_primary)

    def press_primary(self) -> None:
        """Connect with what is in the form; Return in the password asks for it at any time."""
        if self.is_locked:
            return
        self.services.vcenter.connect_now()

    def can_cancel(self) -> Text | None:
        """An address that does not answer must not keep anybody waiting."""
        if self.services.vcenter.state is not State.CONNECTING:
            return None
        return Text("Cancel connecting to {host}", host=self._address())

    def cancel(self) -> None:
        """Connect no more."""
        self.services.vcenter.cancel()

    def can_press(self) -> Text | None:
        """It needs an address, a user and a password, and nothing that works with them now."""
        model = self.services.model
        if self.is_locked:
            return Text(
                "The connection can be tested again once what runs on the page Deploy has ended."
            )
        if self.services.vcenter.state is State.CONNECTING:
            return Text("Connecting to {host}…", host=self._address())
        if not self._address() or not model.profile.vcenter.user:
            return Text("Enter address and user name first.")
        if not model.secrets.vcenter_password:
            return Text("Enter the password first.")
        return None

    def _address(self) -> str:
        return self.services.model.profile.vcenter.address

    def _on_vcenter_changed(self) -> None:
        facts = self.services.vcenter.facts
        if self.services.vcenter.state is State.CONNECTING:
            self.banner.show_text("note", Text("Connecting to {host}…", host=self._address()))
            return
        if facts is None:
            if self.banner.property("banner") != "problem":
                self.banner.hide()
            return
        inventory = facts.inventory
        self.banner.show_text(
            "good",
            Text("Connected: {name}.", name=facts.about.name)
            if facts.about.build in facts.about.name
            else Text("Connected: {name}, build {build}.", name=facts.about.name,
                      build=facts.about.build),
            Text(
                "Read: {clusters}, {networks}, {datastores}.",
                clusters=Text("{count} cluster", "{count} clusters",
                              count=len(inventory.clusters)),
                networks=Text("{count} network", "{count} networks",
                              count=len(inventory.networks)),
                datastores=Text("{count} datastore", "{count} datastores",
                                count=len(inventory.datastores)),
            ),
        )  # fmt: skip

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, TrustError) and error.certificate:
            self.banner.show_text(
                "warning",
                error.what,
                Text("Look at the certificate and decide whether to trust it."),
                ((Text("Look at certificate…"), self._on_show_certificate),),
            )
            self.services.controller.describe_certificate(
                error.certificate, self._ask_trust, self._show_failure
            )
        elif isinstance(error, AppError):
            self.banner.show_text(
                "problem", error.what, error.advice,
                ((Text("Details…"), lambda: show_error(self, error)),),
            )  # fmt: skip
        else:
            raise error

    def _on_show_certificate(self) -> None:
        vcenter = self.services.model.profile.vcenter
        if "-----BEGIN" in vcenter.certificate:
            self.services.controller.describe_certificate(
                vcenter.certificate, self._show_trusted, self._show_failure
            )
        else:
            self.services.controller.show_certificate(
                vcenter.address, vcenter.port, self._ask_trust, self._show_failure
            )

    def _ask_trust(self, shown: object) -> None:
        if CertificateDialog.ask(self, shown, self._address(), may_trust=not self.is_locked):
            self.services.model.set_value("vcenter.certificate", shown.pem)  # type: ignore[attr-defined]
            self.banner.show_text("good", Text("The certificate is trusted for this profile."))
            if self.can_press() is None:
                self.press_primary()

    def _show_trusted(self, shown: object) -> None:
        CertificateDialog.ask(self, shown, self._address(), may_trust=False)

    def _show_failure(self, error: Exception) -> None:
        show_error(self, error)
