"""A policy that exists, or that cannot be looked for, refuses everything; without one only the air gap forbids."""

from pathlib import Path

import pytest

from inhouse.config.schema import Config, Privacy
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.models import Zone
from inhouse.governance.policy import Policy, read_policy


def check_refuses(policy: Policy, named: str) -> None:
    assert policy.file is not None
    assert named in policy.file
    for zone in Zone:
        with pytest.raises(InhouseError) as caught:
            policy.check_zone("lab", zone)
        assert caught.value.kind is ErrorKind.POLICY
        assert named in caught.value.message
        assert caught.value.hint


def test_without_a_policy_all_is_allowed(tmp_path: Path) -> None:
    policy = read_policy(Config(), tmp_path / "policy.toml", {})
    for zone in Zone:
        policy.check_zone("lab", zone)
    assert policy.file is None


@pytest.mark.parametrize("text", ["", "air_gapped = true\n", "not toml ["])
def test_a_file_refuses(tmp_path: Path, text: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text)
    check_refuses(read_policy(Config(), file, {}), str(file))


def test_a_link_to_nowhere_and_a_folder_refuse(tmp_path: Path) -> None:
    link = tmp_path / "policy.toml"
    link.symlink_to(tmp_path / "nowhere")
    check_refuses(read_policy(Config(), link, {}), str(link))
    check_refuses(read_policy(Config(), tmp_path, {}), str(tmp_path))


def test_a_file_that_cannot_be_looked_for_refuses(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    check_refuses(read_policy(Config(), loop / "policy.toml", {}), str(loop))


@pytest.mark.parametrize("named", ["/nowhere/policy.toml", ""])
def test_a_named_one_refuses_even_if_it_is_missing(tmp_path: Path, named: str) -> None:
    policy = read_policy(Config(), tmp_path / "policy.toml", {"INHOUSE_POLICY": named})
    check_refuses(policy, named or "INHOUSE_POLICY")


def test_nothing_is_in_the_way_of_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "inhouse").write_text("")
    assert read_policy(Config(), tmp_path / "inhouse" / "policy.toml", {}).refusal is None


def test_the_air_gap_forbids_the_cloud_only(tmp_path: Path) -> None:
    config = Config(privacy=Privacy(air_gapped=True))
    policy = read_policy(config, tmp_path / "policy.toml", {})
    policy.check_zone("lab", Zone.LOCAL)
    with pytest.raises(InhouseError) as caught:
        policy.check_zone("hf", Zone.CLOUD)
    assert (caught.value.kind, caught.value.backend) == (ErrorKind.POLICY, "hf")
