"""What a proof can find, each with its cause and cure in the words of the user guide."""

from __future__ import annotations

from core.findings import Severity, rule
from core.text import Text

REDEPLOY = Text(
    "The first boot happens only once: remove the virtual machine and deploy again with the cause "
    "mended."
)

MISSING = rule(
    "proof-missing",
    Severity.ERROR,
    cause=Text("There is no virtual machine of the planned name in the planned folder."),
    cure=Text("Deploy it first, or correct name and folder in the profile."),
)
STRANGER = rule(
    "proof-stranger",
    Severity.ERROR,
    cause=Text(
        "The virtual machine of the planned name is not an appliance, so it was not checked. The "
        "journal on this computer knows no other one that the profile made and that is still there."
    ),
    cure=Text(
        "Look for the appliance in vCenter: it may have been renamed, moved or removed. Give the "
        "profile its name and folder; if it is gone, choose another name and deploy it anew."
    ),
    source="F16",
)
ELSEWHERE = rule(
    "proof-elsewhere",
    Severity.WARNING,
    cause=Text(
        "The appliance that this profile made has another name, or is in another folder, than the "
        "profile says. It was checked where it is."
    ),
    cure=Text(
        "Give the profile that name and folder, or rename or move the machine back in vCenter. "
        "Until then deploying and redeploying stop at it."
    ),
    source="F16",
)
OFF = rule(
    "proof-off",
    Severity.ERROR,
    cause=Text("The appliance is powered off."),
    cure=Text("Power it on; if a second one with the same addresses runs, only one may (F16)."),
    source="F16",
)
SILENT_GUEST = rule(
    "proof-no-tools",
    Severity.ERROR,
    cause=Text("VMware Tools in the appliance report nothing: it has not booted, or hangs."),
    cure=Text("Open the machine's console in the vSphere Client and see where its boot stands."),
)
NO_SETTINGS = rule(
    "proof-no-settings",
    Severity.ERROR,
    cause=Text(
        "F1: from vSphere 8.0 U3 on, the appliance's first boot cannot pass its settings on unless "
        "guest_rpc.auth.cloud-init.set=FALSE stands in the extra configuration before the first "
        "power-on. It then boots as localhost, with no address or one from DHCP."
    ),
    cure=Text(
        "Setting it now and rebooting does nothing, since the first boot happens only once: "
        "remove the virtual machine and deploy again. Read the setting back before power-on."
    ),
    source="F1",
)
NO_SETTINGS_9 = rule(
    "proof-no-settings-9",
    Severity.ERROR,
    cause=Text(
        "F2: on vCenter 9 the published appliance is reported not to configure itself; whether "
        "the setting that helps on 8.0 U3 (F1) helps there is not known."
    ),
    cure=Text(
        "See that guest_rpc.auth.cloud-init.set is FALSE, remove the virtual machine and deploy "
        "again once; if it stays so, use the Foundation Load Balancer instead."
    ),
    source="F2",
)
OTHER_ADDRESS = rule(
    "proof-other-address",
    Severity.ERROR,
    cause=Text(
        "The appliance has other addresses than planned: its first boot did not take its settings "
        "(F1) or stopped half-way (F5), or somebody changed them since."
    ),
    cure=Text(
        "See which it is in /var/log/vmware/ovf-to-cloud-init.log on its console, then remove the "
        "virtual machine and deploy again; the Supervisor cannot be given another address later."
    ),
    source="F1, F5",
)
OTHER_NAME = rule(
    "proof-other-name",
    Severity.ERROR,
    cause=Text("The appliance has another host name than planned; its certificate carries it."),
    cure=Text(
        "If it was changed on purpose, change the profile too; else remove the virtual machine "
        "and deploy again with a plain RFC 1123 name (F24)."
    ),
    source="F24",
)
NO_CA = rule(
    "proof-no-ca",
    Severity.ERROR,
    cause=Text(
        "The addresses are right, but the end of the first boot was not reached: a bad value "
        "stopped it. F3: a password that starts with a hyphen; F4: a CA key that is not PKCS#8; "
        "F5: no static address; F6: a range that is not a strict CIDR. No virtual IP answers then."
    ),
    cure=Text(
        "Look for the last line of /var/log/vmware/ovf-to-cloud-init.log and net-postconfig.log, "
        "correct that value, remove the virtual machine and deploy again: the first boot happens "
        "only once."
    ),
    source="F3, F4, F5, F6",
)
BAD_CA = rule(
    "proof-bad-ca",
    Severity.ERROR,
    cause=Text("What the appliance published as its CA is no certificate (F4)."),
    cure=Text("Convert your CA's key to PKCS#8 or let the appliance make its own CA; deploy anew."),
    source="F4",
)
OWN_CA_IGNORED = rule(
    "proof-own-ca",
    Severity.ERROR,
    cause=Text(
        "The appliance made a CA of its own although the profile gives one: the first boot could "
        "not use it (F4), or the machine was deployed before it was given."
    ),
    cure=Text(
        "Check that the CA's key is unencrypted PKCS#8, then remove the machine and redeploy."
    ),
    source="F4",
)
PORT_CLOSED = rule(
    "proof-port-closed",
    Severity.ERROR,
    cause=Text(
        "The appliance's address refuses the port: the Data Plane API does not run (F3 to F6: the "
        "first boot stopped before it), or listens on another port."
    ),
    cure=Text(
        "On its console: journalctl -xeu dataplaneapi. If a bad value stopped the first boot, "
        "correct it and deploy again."
    ),
    source="F3, F4, F5, F6",
)
PORT_SILENT = rule(
    "proof-port-silent",
    Severity.ERROR,
    cause=Text(
        "Nothing answers at the management address: no route or a firewall between this computer "
        "and the management network, a wrong VLAN or port group, or a wrong gateway (F13)."
    ),
    cure=Text(
        "Ping the address from a machine in the management network. If that works, open TCP to "
        "this port from here; the Supervisor needs the same way."
    ),
    source="F13",
)
NO_TLS = rule(
    "proof-no-tls",
    Severity.ERROR,
    cause=Text(
        "Whatever answers there does not speak TLS, as the Data Plane API always does: another "
        "machine has the address (F16), or something in between answers for it."
    ),
    cure=Text("Find out who has the address: arping or the switch's MAC table tells."),
    source="F16",
)
OTHER_CA = rule(
    "proof-other-ca",
    Severity.ERROR,
    cause=Text(
        "The certificate shown is not signed by the CA this machine published: a second appliance "
        "answers at the address (F16), an older one is still on, or the certificates were made "
        "anew after a redeployment (F17)."
    ),
    cure=Text(
        "Power off every other appliance with these addresses. After a redeployment, update the "
        "load balancer's certificate in Workload Management, then restart wcp in the vCenter's "
        "VAMI; keeping the CA avoids it."
    ),
    source="F16, F17",
)
OTHER_HOST = rule(
    "proof-other-host",
    Severity.ERROR,
    cause=Text(
        "The certificate is signed by the right CA, but made for other names and addresses than "
        "the planned one: the address was changed after the first boot."
    ),
    cure=Text("Give the planned address back, or deploy again: the certificate is made only once."),
)
CERTIFICATE_TIME = rule(
    "proof-certificate-time",
    Severity.ERROR,
    cause=Text(
        "The certificate is not valid at this time: it has expired, or the clock of a host, the "
        "vCenter or this computer is wrong."
    ),
    cure=Text("Check the clocks (NTP on all hosts and the vCenter); if it has expired, redeploy."),
)
CERTIFICATE_WRONG = rule(
    "proof-certificate",
    Severity.ERROR,
    cause=Text("The certificate does not pass the check against the appliance's CA."),
    cure=Text("Compare it with the CA on the appliance: /etc/haproxy/ca.crt."),
)
LOGIN_REFUSED = rule(
    "proof-login",
    Severity.ERROR,
    cause=Text(
        "The Data Plane API refuses the login. F3: a password that starts with a hyphen was never "
        "set; F8: another password or user was copied here than the appliance got; or it was "
        "changed on the appliance since."
    ),
    cure=Text(
        "Check user and password (haproxy-setup password set PROFILE). If they are the ones "
        "deployed with, deploy again with others: the Supervisor would spin forever."
    ),
    source="F3, F8",
)
LOGIN_NOT_ASKED = rule(
    "proof-open",
    Severity.ERROR,
    cause=Text("It answers without a login: this is not the appliance's Data Plane API."),
    cure=Text("Find out what answers at that address and port."),
)
NOT_THE_API = rule(
    "proof-not-api",
    Severity.ERROR,
    cause=Text("What answers is not version 2 of the Data Plane API, which the Supervisor speaks."),
    cure=Text("Deploy the published appliance (v0.2.0); the Supervisor does not speak version 3."),
)

DIFFERS = rule(
    "proof-differs",
    Severity.ERROR,
    cause=Text("The machine is not (any more) what the profile says."),
    cure=Text("Put it back, or change the profile; OVF settings only count at the first boot."),
    source="F14, F15",
)
SETTING_LOST = rule(
    "proof-setting",
    Severity.WARNING,
    cause=Text("A setting of the machine is not (any more) what a deployment would make it."),
    cure=Text("It does no harm to a running appliance; a redeployment sets it again."),
    source="F1",
)
CA_CHANGED = rule(
    "proof-ca-changed",
    Severity.WARNING,
    cause=Text("The appliance has another CA than at the last proof: it was deployed again (F17)."),
    cure=Text(
        "If the Supervisor uses it already: update the load balancer's certificate in Workload "
        "Management, then restart wcp in the vCenter's VAMI."
    ),
    source="F17",
)
MACHINE_CHANGED = rule(
    "proof-machine-changed",
    Severity.NOTE,
    cause=Text("It is another virtual machine than at the last proof."),
    cure=Text("Nothing is to be done if you redeployed it."),
    source="F17",
)
VERSION_CHANGED = rule(
    "proof-version-changed",
    Severity.NOTE,
    cause=Text("The Data Plane API has another version than at the last proof."),
    cure=Text("Nothing is to be done if you redeployed or updated it."),
)
EXPIRES = rule(
    "proof-expires",
    Severity.WARNING,
    cause=Text("A certificate of the appliance is about to expire; the Supervisor stops then."),
    cure=Text("Plan a redeployment, with the same CA if that is still valid."),
)
