"""Which layer wins, what each may say, and what happens when one is bad."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from inhouse.config.load import LayerName
from inhouse.config.schema import Config
from tests.unit.config.conftest import Setup, write

ROOT = os.name == "posix" and os.geteuid() == 0


def test_nothing_configured_gives_the_defaults(setup: Setup) -> None:
    loaded = setup.load()
    assert loaded.config == Config()
    assert not loaded.problems
    assert set(loaded.provenance.values()) == {LayerName.DEFAULT}
    assert loaded.provenance["tokens.input_ratio"] is LayerName.DEFAULT


def test_a_later_layer_wins(setup: Setup) -> None:
    """Only root can write a machine file that counts, so without root the first step is left out."""

    def check(model: str, layer: LayerName) -> None:
        loaded = setup.load()
        assert (loaded.config.model, loaded.provenance["model"], loaded.errors) == (model, layer, ())

    if ROOT:
        write(setup.machine, 'model = "machine"')
        check("machine", LayerName.MACHINE)
    write(setup.user, 'model = "user"')
    check("user", LayerName.USER)
    setup.project("project", 'model = "project"')
    check("project", LayerName.PROJECT)
    setup.environment(INHOUSE_MODEL="environment")
    check("environment", LayerName.ENVIRONMENT)
    setup.inhouse({"model": "editor"})
    check("editor", LayerName.EDITOR)
    setup.flags({"model": "flags"})
    check("flags", LayerName.FLAGS)


def test_layers_are_merged_value_by_value(setup: Setup) -> None:
    write(setup.user, '[backends.lab]\nurl = "http://lab:1/"\nmax_concurrency = 9\n[tokens]\nminimum_output = 7')
    setup.environment(INHOUSE_BACKENDS__LAB__MAX_CONCURRENCY="2")
    loaded = setup.load()
    lab = loaded.config.backends["lab"]
    assert (lab.url, lab.max_concurrency, lab.idle_timeout) == ("http://lab:1", 2, 60)
    assert loaded.config.tokens.minimum_output == 7
    layers = [loaded.provenance[f"backends.lab.{name}"] for name in ("url", "max_concurrency", "idle_timeout")]
    assert layers == [LayerName.USER, LayerName.ENVIRONMENT, LayerName.DEFAULT]


def test_backends_keep_the_order_in_which_they_were_configured(setup: Setup) -> None:
    write(setup.user, '[backends.zoo]\nurl = "http://z"\n[backends.ant]\nurl = "http://a"')
    setup.flags({"backends": {"new": {"url": "http://n"}, "ant": {"max_concurrency": 1}}})
    assert list(setup.load().config.backends) == ["zoo", "ant", "new"]


def test_a_named_file_stands_in_for_the_users(setup: Setup, tmp_path: Path) -> None:
    write(setup.user, 'model = "user"')
    named = write(tmp_path / "named.toml", 'model = "named"')
    setup.environment(INHOUSE_CONFIG=str(named))
    assert setup.load().config.model == "named"
    setup.environment(INHOUSE_CONFIG=str(tmp_path / "missing.toml"))
    assert "no such file" in str(setup.only_problem())
    assert setup.only_problem().severity == "error"


@pytest.mark.parametrize("bad", ["model = 5", "model = ", 'modle = "x"', "\x00", '[backends.Lab]\nurl = "http://x"'])
def test_a_bad_layer_is_left_out_or_keeps_its_last_valid_values(setup: Setup, bad: str) -> None:
    write(setup.user, 'model = "first"\n[limits]\nline_bytes = 5000')
    good = setup.load()
    write(setup.user, bad + "\n[limits]\nline_bytes = 6000")
    alone, after = setup.load(), setup.load(good)
    assert alone.config == Config()
    assert after.config == good.config
    assert alone.errors and after.errors
    assert "left out" in alone.errors[0].message
    assert "last valid" in after.errors[0].message
    assert setup.load(after).config == good.config, "a second bad load must not forget"


def test_a_removed_file_takes_its_settings_along(setup: Setup) -> None:
    write(setup.user, 'model = "x"')
    before = setup.load()
    setup.user.unlink()
    assert setup.load(before).config == Config()


class TestProject:
    def test_says_only_what_is_harmless(self, setup: Setup) -> None:
        text = """
            completion_model = "a|b"
            surprise = 1
            [backends.evil]
            url = "http://evil.example"
            [privacy]
            exclude = ["secret/**", "!**/.env"]
            air_gapped = false
            [review]
            max_findings = 3
            unheard_of = true
        """
        setup.project("p", text)
        loaded = setup.load()
        assert not loaded.config.backends
        assert loaded.config.completion_model == "a|b"
        assert loaded.config.review.max_findings == 3
        assert loaded.config.privacy.exclude == ("**/.env", "**/*.pem", "secret/**")
        told = {(problem.line, problem.key, problem.severity) for problem in loaded.problems}
        assert told == {
            (3, "surprise", "warning"),
            (4, "backends", "warning"),
            (7, "privacy.exclude", "warning"),
            (8, "privacy.air_gapped", "warning"),
            (11, "review", "warning"),
        }

    def test_bad_file_is_only_a_warning_and_keeps_its_exclusions(self, setup: Setup) -> None:
        setup.project("p", '[privacy]\nexclude = ["secret"]')
        good = setup.load()
        setup.project("p", '[privacy]\nexclude = ["secret"')
        assert not setup.load().errors
        assert setup.load(good).config == good.config
        assert setup.only_problem().file == setup.folder / "p" / ".inhouse.toml"

    def test_first_of_several_wins_and_exclusions_add_up(self, setup: Setup) -> None:
        setup.project("one", '[review]\nmax_findings = 1\n[privacy]\nexclude = ["one"]')
        setup.project("two", '[review]\nmax_findings = 2\nmin_confidence = 0.1\n[privacy]\nexclude = ["two"]')
        config = setup.load().config
        assert (config.review.max_findings, config.review.min_confidence) == (1, 0.1)
        assert set(config.privacy.exclude) == {"**/.env", "**/*.pem", "one", "two"}

    def test_model_shows_what_it_covers(self, setup: Setup) -> None:
        """Only a local model counts, so whoever knows the zone needs the user's own choice."""
        write(setup.user, 'model = "mine"')
        setup.project("p", 'model = "theirs"')
        loaded = setup.load()
        assert loaded.provenance["model"] is LayerName.PROJECT
        assert loaded.under_project == {"model": "mine"}


class TestMerged:
    def test_ratio_that_leaves_the_other_no_room_is_dropped(self, setup: Setup) -> None:
        write(setup.user, "[tokens]\ninput_ratio = 0.5\noutput_ratio = 0.5")
        setup.environment(INHOUSE_TOKENS__INPUT_RATIO="0.6")
        loaded = setup.load()
        assert (loaded.config.tokens.input_ratio, loaded.config.tokens.output_ratio) == (0.5, 0.5)
        assert [problem.key for problem in loaded.errors] == ["INHOUSE_TOKENS__INPUT_RATIO"]

    def test_ratios_of_one_layer_are_checked_together(self, setup: Setup) -> None:
        write(setup.user, 'model = "x"\n[tokens]\ninput_ratio = 0.9\noutput_ratio = 0.9')
        assert setup.load().config == Config()
        assert setup.only_problem().line == 3

    def test_backend_needs_a_url(self, setup: Setup) -> None:
        write(setup.user, "[backends.lab]\nmax_concurrency = 1")
        problem = setup.only_problem()
        assert (problem.line, problem.key, problem.severity) == (1, "backends.lab", "error")
        assert not setup.load().config.backends


def test_the_settings_files_are_known_whether_they_exist_or_not(setup: Setup, tmp_path: Path) -> None:
    roots = setup.project("one"), setup.project("two")
    projects = [(LayerName.PROJECT, root / ".inhouse.toml") for root in roots]
    machine = (LayerName.MACHINE, setup.machine)
    assert setup.sources.files() == (machine, (LayerName.USER, setup.user), *projects)
    setup.environment(INHOUSE_CONFIG=str(tmp_path / "named.toml"))
    assert setup.sources.files()[1] == (LayerName.USER, tmp_path / "named.toml")
    assert replace(setup.sources, user_file=Path("flag.toml")).files()[1] == (LayerName.USER, Path("flag.toml"))
