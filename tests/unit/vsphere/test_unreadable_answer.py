"""An answer that pyvmomi cannot decode is told apart from a lost one, and from a bug of ours."""

from __future__ import annotations

import http.client
import io
from typing import Any

import pytest
from pyVmomi import vim

from core.vsphere.patience import Patience
from core.vsphere.stub import BoundedStub, UnreadableAnswer

SOAP = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>{}'
    "</soapenv:Body></soapenv:Envelope>"
)
STRANGE_FAULT = SOAP.format(
    "<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>No.</faultstring><detail>"
    '<StrangeFault xmlns="urn:vim25" xsi:type="StrangeFromTheFuture"/></detail></soapenv:Fault>'
)


class Answer(io.BytesIO):
    """As much of an HTTP response as pyvmomi looks at."""

    status, reason = 500, "Internal Server Error"

    def getheader(self, _name: str, default: Any = None) -> Any:
        return default


class Breaking(Answer):
    """A response whose connection another thread has closed."""

    def read(self, *_: Any) -> bytes:
        return http.client.HTTPResponse.read(None)  # type: ignore[arg-type]


class Connection:
    """Gives one answer."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def request(self, *_: Any) -> None: ...
    def getresponse(self) -> Answer:
        return self.answer

    def close(self) -> None: ...


def machine(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> Any:
    stub = BoundedStub(patience=Patience(), host="vc.lab.example", version="vim.version.v8_0_3_0")
    monkeypatch.setattr(stub, "GetConnection", lambda: Connection(answer))
    return vim.VirtualMachine("vm-1", stub)


def test_an_unknown_type_is_an_answer_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    vm = machine(Answer(STRANGE_FAULT.encode()), monkeypatch)
    with pytest.raises(UnreadableAnswer, match=r"PowerOn: KeyError: .*Strange"):
        vm.PowerOnVM_Task(None)


def test_half_an_answer_is_a_lost_one(monkeypatch: pytest.MonkeyPatch) -> None:
    vm = machine(Answer(STRANGE_FAULT.encode()[:200]), monkeypatch)
    with pytest.raises(http.client.HTTPException) as caught:
        vm.PowerOnVM_Task(None)
    assert not isinstance(caught.value, UnreadableAnswer)


def test_a_mistake_in_what_is_sent_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    vm = machine(Answer(STRANGE_FAULT.encode()), monkeypatch)
    monkeypatch.setattr(vm._stub, "SerializeRequest", lambda *_: {}["what is sent"])
    with pytest.raises(KeyError, match="what is sent"):
        vm.PowerOnVM_Task(None)


def test_a_connection_that_breaks_meanwhile_is_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AttributeError):
        machine(Breaking(b""), monkeypatch).PowerOnVM_Task(None)
