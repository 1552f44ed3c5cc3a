"""Every server of the end-to-end suite has its whole row in docs/backends.md, and no other has one."""

from tests.e2e.backends.found import rows
from tests.e2e.servers.under_test import REAL, REAL_CLUSTER, REAL_VLLM
from tests.fakes.kinds.under_test import FAKES

COLUMNS = {
    "cancel",
    "chat",
    "context length",
    "evidence",
    "exact counts",
    "fill-in-the-middle",
    "kind",
    "thinking",
    "tools",
    "tried",
    "version",
}


def test_each_server_has_a_row() -> None:
    assert set(rows()) == {start.name for start in (*FAKES, *REAL, *REAL_CLUSTER, *REAL_VLLM)}


def test_each_row_is_whole() -> None:
    for name, cells in rows().items():
        assert set(cells) - {"requests"} == COLUMNS, name
        assert ("requests" in cells) is not name.startswith("real-"), name
