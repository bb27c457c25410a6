from __future__ import annotations

import shutil
import subprocess

import pytest
from msgspec.structs import replace

from core import certificates
from core.errors import InvalidInput
from core.profile.model import Secrets
from core.properties import one_line, render_properties, secret_keys
from tests.fakes.certificates import key_pem, make_certificate, make_key
from tests.fakes.first_boot import Aborted, FirstBoot, format_certificate, openssl_passwd
from tests.unit.checks.samples import SECRETS, THREE_NICS, TWO_NICS, altered


def test_two_nics():
    assert render_properties(TWO_NICS, SECRETS) == {
        "appliance.permit_root_login": "True",
        "appliance.root_pwd": "root-Pass1",
        "network.hostname": "haproxy.lab.example",
        "network.nameservers": "192.168.110.5",
        "network.management_ip": "192.168.110.20/24",
        "network.management_gateway": "192.168.110.1",
        "network.workload_ip": "192.168.120.20/24",
        "network.workload_gateway": "192.168.120.1",
        "loadbalance.service_ip_range": "192.168.120.128/25",
        "loadbalance.dataplane_port": "5556",
        "loadbalance.haproxy_user": "admin",
        "loadbalance.haproxy_pwd": "dp p@$$'\"`word",
    }


def test_three_nics_have_the_frontend_s_too():
    two, three = render_properties(TWO_NICS, SECRETS), render_properties(THREE_NICS, SECRETS)

    assert dict(three.items() - two.items()) == {
        "network.frontend_ip": "192.168.130.20/24",
        "network.frontend_gateway": "192.168.130.1",
        "network.additional_workload_networks": "192.168.121.0/24,192.168.122.0/24",
        "loadbalance.service_ip_range": "192.168.130.128/25",
    }


def test_frontend_values_of_two_nics_are_not_sent():
    profile = altered(TWO_NICS, {"network.frontend_address": "192.168.130.20/24"})

    assert "network.frontend_ip" not in render_properties(profile, SECRETS)


def test_lists_are_strict_and_without_spaces():
    rendered = render_properties(
        altered(
            TWO_NICS,
            {
                "network.dns": ("10.0.0.1", "10.0.0.2", "10.0.0.1"),
                "network.additional_workload_networks": ("10.1.0.9/24", "10.2.0.1"),
                "load_balancing.ranges": ("192.168.120.128/25", "192.168.120.192/26"),
                "appliance.permit_root_login": False,
            },
        ),
        SECRETS,
    )

    assert rendered["network.nameservers"] == "10.0.0.1,10.0.0.2"
    assert rendered["network.additional_workload_networks"] == "10.1.0.0/24,10.2.0.1/32"
    assert rendered["loadbalance.service_ip_range"] == "192.168.120.128/25"
    assert rendered["appliance.permit_root_login"] == "False"


def test_a_value_that_would_stop_the_first_boot_is_never_rendered():
    with pytest.raises(InvalidInput) as raised:
        render_properties(altered(TWO_NICS, {"load_balancing.ranges": ("10.0.0.10/28",)}), SECRETS)
    assert raised.value.findings[0].code == "range-host-bits"

    with pytest.raises(InvalidInput):
        render_properties(TWO_NICS, replace(SECRETS, root_password="-secret1"))


def test_further_properties_are_sent_but_never_in_place_of_a_field():
    properties = (
        ("network.future", "x"),
        ("network.hostname", "other"),
        ("network.frontend_ip", "10.0.0.1/24"),
        ("appliance.root_pwd", "secret1"),
    )
    rendered = render_properties(replace(TWO_NICS, properties=properties), SECRETS)

    assert rendered["network.future"] == "x"
    assert rendered["network.hostname"] == "haproxy.lab.example"
    assert rendered["appliance.root_pwd"] == "root-Pass1"
    assert "network.frontend_ip" not in rendered


def test_secret_keys():
    assert secret_keys() == {
        "appliance.root_pwd",
        "appliance.ca_cert_key",
        "loadbalance.haproxy_pwd",
    }
    assert "secret" not in repr(Secrets("secret", "secret", "secret", "secret"))


@pytest.mark.parametrize("kind", ["ec", "rsa"])
@pytest.mark.parametrize("form", ["pkcs8", "traditional", "openssh"])
def test_a_key_of_any_form_survives_the_first_boot(kind, form):
    ca = make_certificate(key=make_key(kind))
    root = make_certificate("Root", key=make_key("ec", 1))
    rendered = render_properties(
        TWO_NICS, SECRETS, ca_certificate=ca.pem + root.pem, ca_key=key_pem(ca.key, form)
    )
    booted = FirstBoot(rendered, nics=2).run()

    assert "\n" not in rendered["appliance.ca_cert"] + rendered["appliance.ca_cert_key"]
    assert booted.ca == ca.pem + root.pem
    assert booted.ca_key == key_pem(ca.key)


def test_half_a_ca_is_refused():
    with pytest.raises(certificates.AuthorityIncomplete):
        render_properties(TWO_NICS, SECRETS, ca_certificate=make_certificate().pem)


# The model is only worth something if it refuses what the appliance refuses.
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("network.hostname", "a/b"),
        ("network.hostname", "a&b"),
        ("network.management_ip", ""),
        ("network.management_ip", "10.0.0.1"),
        ("network.workload_gateway", ""),
        ("network.workload_gateway", "10.9.9.9"),
        ("network.workload_gateway", "192.168.120.20"),
        ("loadbalance.service_ip_range", "10.0.0.10/28"),
        ("loadbalance.service_ip_range", "10.0.0.0/28 "),
        ("loadbalance.service_ip_range", "10.0.0.1-10.0.0.9"),
        ("loadbalance.haproxy_pwd", "--200p@ssword"),
        ("appliance.root_pwd", "-abcdefg"),
        ("loadbalance.haproxy_user", "ad min"),
        ("loadbalance.haproxy_user", "lab\\admin"),
        ("loadbalance.dataplane_port", "22"),
        ("loadbalance.dataplane_port", "70000"),
        ("network.additional_workload_networks", "192.168.120.0/24"),
        ("network.nameservers", "1.1.1.1;1.0.0.1"),
    ],
)
def test_the_model_of_the_first_boot_is_strict(key, value):
    rendered = render_properties(TWO_NICS, SECRETS) | {key: value}

    with pytest.raises((Aborted, ValueError)):
        FirstBoot(rendered, nics=2).run()


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_the_model_breaks_keys_that_are_not_pkcs8(kind):
    ca = make_certificate(key=make_key(kind))
    rendered = render_properties(TWO_NICS, SECRETS) | {
        "appliance.ca_cert": one_line(ca.pem),
        "appliance.ca_cert_key": one_line(key_pem(ca.key, "traditional")),
    }
    with pytest.raises(Aborted):
        FirstBoot(rendered, nics=2).run()


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
@pytest.mark.parametrize("value", ["--200p@ssword", "-abcdefg", "dp p@$$'\"`word", "pass-word"])
def test_the_model_agrees_with_openssl_about_passwords(value):
    command = ["openssl", "passwd", "-1", "-salt", "SaltSalt", value]
    refused = subprocess.run(command, capture_output=True, check=False).returncode != 0
    try:
        openssl_passwd(value)
    except Aborted:
        assert refused
    else:
        assert not refused


@pytest.mark.skipif(not shutil.which("sed"), reason="sed is not installed")
def test_the_model_agrees_with_sed_about_certificates():
    script = ["s/BEGIN /BEGIN_/g", "s/PRIVATE /PRIVATE_/g", "s/END /END_/g", r"s/ /\n/g"]
    script += ["s/BEGIN_/BEGIN /g", "s/PRIVATE_/PRIVATE /g", "s/END_/END /g"]
    if b"GNU" not in subprocess.run(["sed", "--version"], capture_output=True, check=False).stdout:
        pytest.skip("not the appliance's sed")
    for form in ("pkcs8", "traditional"):
        text = one_line(key_pem(make_key("rsa"), form))
        command = ["sed", *(part for line in script for part in ("-e", line))]
        done = subprocess.run(
            command, input=text + "\n", capture_output=True, text=True, check=True
        )
        assert done.stdout == format_certificate(text)
