"""Credentials are found by their shape, by their name, or by where they stand; what merely looks long is left alone."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.governance.redaction.find import find

UUID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
BASE62 = "k3JxP9vQ2mZt7LbN4cRw8HdY5sGfAe6UqXoV1iTz0nMp3KjWyBhCgDlEuSrF"
PEM_BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"
JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"

SHAPED = {
    "aws key id": "AKIA" + "QWERTYUIOP234567",
    "github token": "ghp_" + BASE62[:36],
    "github fine-grained": "github_pat_" + BASE62[:40],
    "gitlab token": "glpat-" + BASE62[:20],
    "google key": "AIza" + BASE62[:35],
    "hugging face token": "hf_" + BASE62[:34],
    "json web token": JWT,
    "npm token": "npm_" + BASE62[:36],
    "openai key": "sk-" + BASE62[:48],
    "openai project key": "sk-proj-" + BASE62[:40],
    "anthropic key": "sk-ant-api03-" + BASE62[:40],
    "pypi token": "pypi-AgE" + BASE62[:55],
    "sendgrid key": f"SG.{BASE62[:22]}.{BASE62[:43]}",
    "slack token": "xoxb-" + "123456789012-abcdefABCDEF",
    "stripe key": "sk_live_" + BASE62[:24],
    "telegram token": "12345678:AA" + BASE62[:33],
    "vault token": "hvs." + BASE62[:24],
    "digitalocean token": "dop_v1_" + HEX,
}

NAMED = {
    "python": ('password = "hunter2"', "hunter2"),
    "python with a type": ('api_key: str = "k3JxP9vQ2mZt"', "k3JxP9vQ2mZt"),
    "json": ('  "clientSecret": "k3JxP9vQ2mZt",', "k3JxP9vQ2mZt"),
    "json in a string": (r'"{\"password\": \"k3JxP9vQ\"}"', "k3JxP9vQ"),
    "yaml": ("  password: s3cr3tpw", "s3cr3tpw"),
    "environment": ("export DB_PASSWORD=tr0ub4dor&3", "tr0ub4dor"),
    "env file": ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG+bPxRfiCYzz", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYzz"),
    "java": ('connection.setPassword("q1w2e3r4");', "q1w2e3r4"),
    "go": ('apiKey := "k3JxP9vQ2mZt"', "k3JxP9vQ2mZt"),
    "c": ('#define DB_PASSWORD "q1w2e3r4"', "q1w2e3r4"),
    "php": ("'password' => 'q1w2e3r4',", "q1w2e3r4"),
    "comparison": ('if (token === "k3JxP9vQ2mZt") {', "k3JxP9vQ2mZt"),
    "xml": ("<password>q1w2e3r4</password>", "q1w2e3r4"),
    "xml attribute": ('<add key="ApiKey" value="k3JxP9vQ2mZt"/>', "k3JxP9vQ2mZt"),
    "sql": ("CREATE ROLE app PASSWORD 'q1w2e3r4';", "q1w2e3r4"),
    "connection string": ("Server=db;User Id=sa;Password=q1w2e3r4;Encrypt=true", "q1w2e3r4"),
    "header": ("Authorization: Bearer k3JxP9vQ2mZt7LbN", "k3JxP9vQ2mZt7LbN"),
    "basic header": ("authorization: Basic dXNlcjpxMXcyZTNyNA==", "dXNlcjpxMXcyZTNyNA=="),
    "dollars": ("password: ab$12$cd", "ab$12$cd"),
    "option": ("docker login --password q1w2e3r4 -u me", "q1w2e3r4"),
    "netrc": ("machine lab login ada password q1w2e3r4", "q1w2e3r4"),
    "curl": ("curl -u admin:q1w2e3r4 http://lab", "q1w2e3r4"),
    "url": ("postgres://app:q1w2e3r4@db.internal:5432/app", "q1w2e3r4"),
    "url with letters only": ("redis://:geheim@cache:6379/0", "geheim"),
    "signature in a url": (f"https://a.blob.core/x?sv=1&sig={BASE62[:30]}%3D", f"{BASE62[:30]}%3D"),
    "diff": ('+    token = "k3JxP9vQ2mZt"', "k3JxP9vQ2mZt"),
    "uuid as a secret": (f"client_secret='{UUID}'", UUID),
    "behind other letters": ('größe = 1; password = "hunter2"', "hunter2"),
    "half typed": ('password = "hunter2', "hunter2"),
}  # fmt: skip

HARMLESS = {
    "git sha": "commit 389e66700f5a4bb1b1c2d3e4f5a6b7c8d9e0f1a2",
    "lock file": f'    {{file = "x.whl", hash = "sha256:{HEX}"}},',
    "subresource integrity": '"integrity": "sha512-' + BASE62 + '=="',
    "go.sum": "golang.org/x/net v0.1.0 h1:" + BASE62[:43] + "=",
    "uuid": 'id = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"',
    "public key": 'public_key = "k3JxP9vQ2mZt7LbN"',
    "primary key": 'primary_key = "user_id_2"',
    "variable": "password = password2",
    "call": 'token = parser.next_token("x2")',
    "attribute": "secret=settings.s3.secret2",
    "environment": 'password = os.environ["DB_PASSWORD_2"]',
    "template": 'password = "${DB_PASSWORD2}"',
    "jinja": 'password: "{{ vault_password2 }}"',
    "format": 'password = f"{prefix}2"',
    "told to fill in": 'api_key = "<your-api-key-1>"',
    "an example": 'api_key = "your-api-key-123"',
    "type": "token: Uint8Array",
    "rust type": "key: u64, secret: [u8; 32]",
    "algorithm": 'token(secret, "sha256")',
    "label": 'password: "Enter your password 2 times"',
    "name": 'secret_name = "prod-db-secret-v2"',
    "path": 'token_file = "/run/secrets/token2"',
    "k8s reference": "secretKeyRef:\n  name: db2-secret\n  key: password2",
    "tokens": "max_tokens = 4096; tokens: 128000",
    "tokenizer": 'tokenizer = "cl100k_base"',
    "page token": 'next_page_token = "page"',
    "import": "from inhouse.assist.tokens2 import secret",
    "prose": "The token 2024 password policy says: change it every 90 days.",
    "css class": "sk-folding-cube-container-large-2",
    "aws example": "AKIAIOSFODNN7EXAMPLE",
    "no password in the url": "http://localhost:8080/a@b",
    "variable in the url": "postgres://app:${PASSWORD}@db/app",
    "user and password are the same": "postgres://postgres:postgres@localhost/test",
    "email": "mailto:ada@example.com",
    "pem without a key": "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
    "certificate": f"-----BEGIN CERTIFICATE-----\n{PEM_BODY}\n-----END CERTIFICATE-----",
    "placeholder": 'password = "INHOUSE_SECRET_1a2b3c4d"',
}


def texts(text: str) -> list[str]:
    return [text[each.start : each.end] for each in find(text)]


@pytest.mark.parametrize("name", SHAPED)
def test_is_found_by_its_shape(name: str) -> None:
    token = SHAPED[name]
    assert texts(f"see {token}, please") == [token]
    assert texts(f'x = ["{token}"]') == [token]
    assert texts(f"x{token}") == []


@pytest.mark.parametrize("name", NAMED)
def test_is_found_by_its_name_or_place(name: str) -> None:
    line, secret = NAMED[name]
    assert texts(line) == [secret]
    assert texts(f"first line\n{line}\nlast line") == [secret]


@pytest.mark.parametrize("name", HARMLESS)
def test_is_left_alone(name: str) -> None:
    assert texts(HARMLESS[name]) == []
    assert texts(f"{HARMLESS[name]}\n") == []


@pytest.mark.parametrize("kind", ["RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"])
def test_private_keys_body_goes_and_its_frame_stays(kind: str) -> None:
    body = f"{PEM_BODY}\n{PEM_BODY}=="
    assert texts(f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n") == [body]


def test_private_key_in_a_string_and_one_that_was_cut_off() -> None:
    inside = f"{PEM_BODY}\\n{PEM_BODY}"
    assert texts(f'"key": "-----BEGIN PRIVATE KEY-----\\n{inside}\\n-----END PRIVATE KEY-----\\n"') == [inside]
    assert texts(f"-----BEGIN PRIVATE KEY-----\n{PEM_BODY}\n{PEM_BODY}") == [f"{PEM_BODY}\n{PEM_BODY}"]


@given(
    st.lists(st.sampled_from([*SHAPED.values(), *(line for line, _ in NAMED.values()), "é", "token ", '"', "\n", "="]))
)
def test_what_is_found_lies_apart_and_in_order(pieces: list[str]) -> None:
    text = " ".join(pieces)
    found = find(text)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(0 <= each.start < each.end <= len(text) for each in found)


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    find(text)


@pytest.mark.parametrize(
    "piece", ["token ", "eyJ", "://a:", "password=", 'password="', "-----BEGIN PRIVATE KEY-----", "--password ", "a1"]
)
def test_hostile_text_does_not_keep_the_server_busy(piece: str) -> None:
    """Twice the text takes about twice the time: no pattern starts over from each place."""
    short, long = (_seconds(piece * (size // len(piece))) for size in (100_000, 400_000))
    assert long < 12 * short + 0.05


def _seconds(text: str) -> float:
    began = time.process_time()
    find(text)
    return time.process_time() - began
