"""A program that logs in, reads what the forms need, and logs out.

Run as ``python -m tests.benchmarks.inventory_reader ADDRESS PORT USER PASSWORD``; the password is
that of a simulator.
"""

from __future__ import annotations

import ssl
import sys

from core.profile.model import VCenterSettings
from core.vsphere.inventory import Inventory, read_folders, read_hosts, read_inventory
from core.vsphere.session import Session, open_session


def read(session: Session) -> Inventory:
    """What the forms need: all there is to choose from, and the hosts of one cluster."""
    inventory = read_folders(session, read_inventory(session))
    read_hosts(session, inventory.clusters[0].hosts)
    return inventory


def main(address: str, port: int, user: str, password: str) -> None:
    """One login, one reading."""
    certificate = ssl.get_server_certificate((address, port))
    with open_session(VCenterSettings(address, port, user, certificate), password) as session:
        read(session)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:5])
