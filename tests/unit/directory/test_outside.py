"""Nobody makes the directory knock at a machine of a closed network, by whatever name."""

import pytest

from services.directory.outside import Away, ask, everybodys


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "::1", "::", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "2002:7f00:1::", "ff02::1",
    ],
)  # fmt: skip
def test_a_closed_network_is_not_everybodys(address: str) -> None:
    assert not everybodys(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_the_open_internet_is(address: str) -> None:
    assert everybodys(address)


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1:1/", "https://localhost:1/", "https://[::1]:1/", "http://8.8.8.8/", "file:///x"],
)
async def test_it_is_not_asked(url: str) -> None:
    with pytest.raises(Away, match=r"closed network|without TLS"):
        await ask(url, private=False)
