"""What reading a profile file may have to say; the wording is with whoever finds it."""

from __future__ import annotations

from core.findings import Severity, rule
from core.text import Text

UNKNOWN_KEY = rule(
    "profile-unknown-key",
    Severity.WARNING,
    cause=Text("The profile has a key that this version does not know, often a typing mistake."),
    cure=Text("Correct the name or remove the line. Unknown keys are kept but not used."),
)
SECRET_KEY = rule(
    "profile-secret-key",
    Severity.WARNING,
    cause=Text("A key of the profile looks like a place for a password or a private key."),
    cure=Text(
        "Remove the line and change the password if others could read the file. Passwords belong "
        "in the keyring: haproxy-setup password set PROFILE."
    ),
)
SECRET_VALUE = rule(
    "profile-secret-value",
    Severity.ERROR,
    cause=Text("A value of the profile holds a private key."),
    cure=Text(
        "Leave only the certificate here. Name the key's file in appliance.ca_key_file, or store "
        "the key in the keyring: haproxy-setup password set PROFILE ca-key."
    ),
)
WRONG_TYPE = rule(
    "profile-wrong-type",
    Severity.ERROR,
    cause=Text("A value of the profile has the wrong form, for instance a list for a number."),
    cure=Text("Write the value in the form that is expected. Until then the default stands."),
)
NO_SCHEMA = rule(
    "profile-no-schema",
    Severity.WARNING,
    cause=Text("The profile does not say which version of the format it is written in."),
    cure=Text("Add the line “schema: 1” at the top."),
)
NO_ID = rule(
    "profile-no-id",
    Severity.NOTE,
    cause=Text(
        "The profile has no id. Its saved passwords are found by the file's place instead, and "
        "lost when it moves."
    ),
    cure=Text("Save it once from the window, or add an id as haproxy-setup new prints it."),
)
