"""What a key is bound to: two spellings of one origin are one, and no trick makes one origin look like another."""

import pytest

from inhouse.domain.origin import Origin


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://lab", "http://lab:80"),
        ("https://lab", "https://lab:443"),
        ("HTTP://LAB.Example:8000/v1/", "http://lab.example:8000"),
        ("http://lab:80/v1", "http://lab:80"),
        ("http://lab:", "http://lab:80"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/v1", "http://[::1]:8080"),
        ("http://[FE80::1%eth0]", "http://[fe80::1%eth0]:80"),
        ("https://bücher.example", "https://xn--bcher-kva.example:443"),
        ("https://BÜCHER.example", "https://xn--bcher-kva.example:443"),
        ("https://lab.", "https://lab.:443"),
        ("http://lab_1:65535", "http://lab_1:65535"),
    ],
)
def test_is_scheme_host_and_port(url: str, origin: str) -> None:
    assert str(Origin.parse(url)) == origin
    assert Origin.parse(origin) == Origin.parse(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "lab:8000",
        "//lab",
        "ftp://lab",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http:///v1",
        "http://:80",
        "http://lab:0",
        "http://lab:65536",
        "http://lab:http",
        "http://lab:-1",
        "http://[::1",
        "http://[not-an-address]",
        "http://user@lab",
        "http://user:sekret@lab",
        "http://@lab",
        "http://lab\\@evil",
        "http://lab?key=sekret",
        "http://lab#sekret",
        "http://lab /",
        "http://lab\r\nX-Evil: 1",
        "http://lab\x7f",
        "http://lab\u2100.example",
        "http://" + "ü" * 300,
    ],
)
def test_refuses_what_is_no_plain_base_url(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as caught:
        Origin.parse(url)
    assert "sekret" not in str(caught.value)
    assert "evil" not in str(caught.value).lower()


@pytest.mark.parametrize("host", ["faß.example", "σς.example", "ａ.example", "a。example", "x\u200dy.example"])
def test_refuses_a_host_that_would_be_trusted_as_another(host: str) -> None:
    """IDNA 2003, which makes the origin, reads `faß` as `fass`; IDNA 2008, which connects, does not."""
    with pytest.raises(ValueError, match="ASCII form"):
        Origin.parse(f"https://{host}")


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://localhost", True),
        ("http://x.localhost:1", True),
        ("http://127.8.9.1", True),
        ("http://[::1]", True),
        ("http://localhost.example", False),
        ("http://10.0.0.1", False),
        ("http://0.0.0.0", False),
        ("http://127.0.0.1.nip.io", False),
    ],
)
def test_knows_loopback(url: str, loopback: bool) -> None:
    assert Origin.parse(url).is_loopback is loopback
