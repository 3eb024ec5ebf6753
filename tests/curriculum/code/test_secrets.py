"""Keys, tokens and passwords in code: replaced by their form or by the name beside them."""

import pytest

from curriculum.code.secrets import SECRET, without_secrets

JWT = "eyJ" + "a" * 20 + ".eyJ" + "b" * 20 + "." + "c" * 20
SECRETS = [
    "AKIA" + "ABCD2345" * 2,
    "ghp_" + "a1B2" * 9,
    "xoxb-" + "1234567890-abc",
    JWT,
    "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIB+/aa\n" * 300 + "-----END RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_of_known_form_leave(secret):
    assert without_secrets(f"key = {secret};") == f"key = {SECRET};"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('password = "hunter2hunter2"', f'password = "{SECRET}"'),
        ("'api_key': 'a8f5f167f44f4964'", f"'api_key': '{SECRET}'"),
        ('password = "your-password-here"', 'password = "your-password-here"'),
        ("secret = '${SECRET_FROM_ENV}'", "secret = '${SECRET_FROM_ENV}'"),
        ("token_count = 'something'", "token_count = 'something'"),
    ],
)
def test_named_values_leave_and_placeholders_stay(text, left):
    assert without_secrets(text) == left


BY_NAME_OR_FORM = [
    ('AWS_SECRET_ACCESS_KEY="wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz"', 'AWS_SECRET_ACCESS_KEY="<SECRET>"'),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz\n", "aws_secret_access_key = <SECRET>\n"),
    ("SECRET_KEY = 'django-insecure-9x!k2'", "SECRET_KEY = '<SECRET>'"),
    ("DB = 'postgres://kim:s3cr3tpw@db.corp/x'", "DB = 'postgres://kim:<SECRET>@db.corp/x'"),
    ("export TOKEN=sk-proj-" + "a1B2" * 12, "export TOKEN=<SECRET>"),
    ("key = SG." + "a" * 22 + "." + "b" * 43, "key = <SECRET>"),
    ("bot 123456789:AA" + "x" * 33, "bot <SECRET>"),
    ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 2\n\nlQ+/=\n-----END PGP PRIVATE KEY BLOCK-----", "<SECRET>"),
]

NO_BY_NAME_OR_FORM = [
    '"password": "Passwort"',
    'KEYSTORE_PASSWORD = "keystore-password"',
    'path("password_reset/", name="password_reset_form")',
    "secret = generate_secret_token_v2\n",
    "password = getpass('enter it')",
    'api_key = "YOUR_API_KEY_12345"',
    "see http://host:8080/@scope and mailto:kim@corp.com",
    "postgres://user:password@localhost/db",
]


@pytest.mark.parametrize(("text", "left"), BY_NAME_OR_FORM)
def test_secrets_are_replaced_and_stay_so(text: str, left: str) -> None:
    assert without_secrets(text) == left
    assert without_secrets(left) == left


@pytest.mark.parametrize("text", NO_BY_NAME_OR_FORM)
def test_words_names_and_placeholders_are_no_secrets(text: str) -> None:
    assert without_secrets(text) == text


def test_the_marker_is_no_secret_itself() -> None:
    assert without_secrets(f'password = "{SECRET}"') == f'password = "{SECRET}"'
