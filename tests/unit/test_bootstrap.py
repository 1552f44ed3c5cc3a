"""From settings to a session: which backends there are, with whose keys, and what a change of settings keeps open."""

import errno
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from inhouse.assist.models import list_models
from inhouse.assist.session import Session
from inhouse.bootstrap import Resources, build_session, opened
from inhouse.config.load import LayerName, Loaded, Sources, UntrustedBackend, load
from inhouse.config.paths import Paths
from inhouse.config.schema import BackendSettings, Config, Embedded, Privacy, Routing
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.models import Kind
from inhouse.domain.origin import Origin
from inhouse.inference.embedded import store
from tests.fakes.server import MODELS, FakeBackend

KEY = "sk-3f9a"
BY_USER = {"backends.lab.url": LayerName.USER, "backends.lab.kind": LayerName.USER}


def paths(folder: Path) -> Paths:
    return Paths(*(folder / name for name in ("user", "machine", "policy.toml", "data", "state", "cache", "run")))


def build(
    folder: Path,
    config: Config,
    *untrusted: UntrustedBackend,
    resources: Resources | None = None,
    **environ: str,
) -> Session:
    return build_session(Loaded(config, {}, (), untrusted), paths(folder), environ, resources or Resources())


def at(url: str, **settings: object) -> BackendSettings:
    return BackendSettings(url=url, **settings)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("order", "enabled", "expected"),
    [
        ((), "auto", ("lab", "gpu", "embedded")),
        ((), True, ("lab", "gpu", "embedded")),
        ((), False, ("lab", "gpu")),
        (("embedded", "gpu"), "auto", ("embedded", "gpu")),
        (("nope", "gpu"), "auto", ("gpu",)),
    ],
)
def test_the_order(tmp_path: Path, order: tuple[str, ...], enabled: bool, expected: tuple[str, ...]) -> None:
    backends = {"lab": at("http://lab"), "gpu": at("http://gpu")}
    session = build(
        tmp_path, Config(backends=backends, routing=Routing(order=order), embedded=Embedded(enabled=enabled))
    )
    assert session.router.order == expected
    assert session.router.order_is_explicit is bool(order)


def test_a_token_in_the_environment_creates_nothing(tmp_path: Path) -> None:
    assert list(build(tmp_path, Config(), HF_TOKEN=KEY, INHOUSE_X="y").backends) == ["embedded"]


@pytest.mark.parametrize(
    ("settings", "sent"),
    [
        ({}, None),
        ({"api_key_env": "LAB_KEY"}, f"Bearer {KEY}"),
        ({"api_key_env": "LAB_KEY", "api_key_scheme": ""}, KEY),
        ({"api_key_env": "OTHER"}, None),
        ({"kind": Kind.HUGGINGFACE, "zone": "local"}, "Bearer hf_1"),
        ({"kind": Kind.HUGGINGFACE, "api_key_env": "LAB_KEY"}, f"Bearer {KEY}"),
    ],
)
async def test_whose_key_is_sent(tmp_path: Path, settings: dict[str, object], sent: str | None) -> None:
    with FakeBackend() as backend:
        config = Config(backends={"lab": at(f"{backend.url}/v1", **settings)}, embedded=Embedded(enabled=False))
        async with opened(Loaded(config, BY_USER), paths(tmp_path), {"LAB_KEY": KEY, "HF_TOKEN": "hf_1"}) as session:
            await list_models(session, refresh=False)
        (exchange,) = backend.exchanges(MODELS)
    assert (exchange.request.route, exchange.request.header("authorization")) == (MODELS, sent)


class TestRouterKey:
    """An editor's settings may be a stranger's: they cannot choose who gets HF_TOKEN."""

    @pytest.mark.parametrize(
        ("user", "editor", "sent"),
        [
            ('url = "{}"\nkind = "huggingface"', {}, "Bearer hf_1"),
            ("", {"url": "{}", "kind": "huggingface"}, None),
            ('url = "https://router.example"\nkind = "huggingface"', {"url": "{}"}, None),
            ('url = "https://router.example"\nkind = "huggingface"', {"url": "{}", "kind": "huggingface"}, None),
            ('url = "{}"', {"kind": "huggingface"}, None),
            ('kind = "huggingface"', {"url": "{}"}, None),
        ],
    )
    async def test_goes_where_the_user_says(
        self, tmp_path: Path, user: str, editor: dict[str, str], sent: str | None
    ) -> None:
        where = paths(tmp_path)
        with FakeBackend() as backend:
            table = f'[backends.hf]\n{user.format(backend.url)}\nzone = "local"\n' if user else ""
            where.user_config.write_text(f"{table}[embedded]\nenabled = false", "utf-8")
            from_editor = {name: value.format(backend.url) for name, value in editor.items()}
            sources = Sources(where, {}, editor={"inhouse": {"backends": {"hf": from_editor}}})
            async with opened(load(sources), where, {"HF_TOKEN": "hf_1"}) as session:
                await list_models(session, refresh=False)
            headers = {exchange.request.header("authorization") for exchange in backend.exchanges()}
        assert headers <= {sent}
        assert sent is None or headers

    @pytest.mark.parametrize("layer", [LayerName.EDITOR, LayerName.PROJECT, LayerName.DEFAULT])
    @pytest.mark.parametrize("setting", ["url", "kind"])
    async def test_needs_both_from_a_trusted_layer(self, tmp_path: Path, setting: str, layer: LayerName) -> None:
        with FakeBackend() as backend:
            hub = at(backend.url, kind=Kind.HUGGINGFACE, zone="local")
            config = Config(backends={"lab": hub}, embedded=Embedded(enabled=False))
            loaded = Loaded(config, {**BY_USER, f"backends.lab.{setting}": layer})
            async with opened(loaded, paths(tmp_path), {"HF_TOKEN": "hf_1"}) as session:
                await list_models(session, refresh=False)
            (exchange,) = backend.exchanges(MODELS)
        assert exchange.request.header("authorization") is None


@pytest.mark.parametrize("key", ["two words", "line\n", "\x00", "schlüssel", " "])
async def test_what_is_no_key_is_never_sent_and_never_shown(tmp_path: Path, key: str) -> None:
    with FakeBackend() as backend:
        config = Config(backends={"lab": at(backend.url, api_key_env="LAB_KEY")}, embedded=Embedded(enabled=False))
        found = await list_models(build(tmp_path, config, LAB_KEY=key), refresh=False)
        assert backend.exchanges() == []
    (problem,) = found.problems
    assert (problem.backend, problem.kind) == ("lab", ErrorKind.INVALID_CONFIG)
    assert "LAB_KEY" in problem.message
    assert key.strip() == "" or key not in problem.message + problem.hint


@pytest.mark.parametrize("air_gapped", [False, True])
async def test_an_address_that_nobody_trusts_is_not_asked(tmp_path: Path, air_gapped: bool) -> None:
    with FakeBackend() as backend:
        untrusted = UntrustedBackend("tgi", backend.url, Origin.parse(backend.url))
        config = Config(embedded=Embedded(enabled=False), privacy=Privacy(air_gapped=air_gapped))
        found = await list_models(build(tmp_path, config, untrusted), refresh=False)
        assert backend.exchanges() == []
    (problem,) = found.problems
    assert (problem.backend, problem.kind) == ("tgi", ErrorKind.POLICY)
    assert "not trusted" in problem.message


@pytest.mark.parametrize(
    "model",
    ["smollm2-135m-instruct", "/nowhere.gguf", "no such name", "../x", "~nobody/x.gguf", "/" + "x" * 300, "x" * 300],
)
@pytest.mark.parametrize("air_gapped", [False, True])
async def test_without_its_model_the_embedded_backend_says_how_to_get_one(
    tmp_path: Path, model: str, air_gapped: bool
) -> None:
    config = Config(embedded=Embedded(model=model), privacy=Privacy(air_gapped=air_gapped))
    (problem,) = (await list_models(build(tmp_path, config), refresh=False)).problems
    assert (problem.backend, problem.hint != "") == ("embedded", True)
    assert problem.kind in (ErrorKind.NO_BACKEND, ErrorKind.INVALID_CONFIG)


async def test_a_relative_model_needs_a_folder_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder := tmp_path / "gone").mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    config = Config(embedded=Embedded(model="x.gguf"))
    (problem,) = (await list_models(build(tmp_path, config), refresh=False)).problems
    assert (problem.kind, problem.backend) == (ErrorKind.INVALID_CONFIG, "embedded")


@pytest.mark.parametrize("ask", [store.listing, partial(store.resolve, "own")])
def test_models_that_may_not_be_looked_at_are_no_backend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Path], object]
) -> None:
    def denied(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    (tmp_path / "own.gguf").touch()
    monkeypatch.setattr(Path, "is_file", denied)  # root, as whom tests may run, may search every folder
    with pytest.raises(InhouseError, match="permission denied") as caught:
        ask(tmp_path)
    assert caught.value.kind is ErrorKind.NO_BACKEND
    assert caught.value.hint


class TestResources:
    async def test_equal_settings_share_a_connection(self, tmp_path: Path) -> None:
        resources = Resources()
        with FakeBackend() as backend:
            for air_gapped in (False, False, True):
                config = Config(backends={"lab": at(backend.url)}, privacy=Privacy(air_gapped=air_gapped))
                session = build(tmp_path, config, resources=resources)
                await session.catalog.entry("lab")
                await resources.sweep()
            await resources.aclose()
            assert [one.request.connection for one in backend.exchanges(MODELS)] == [1, 1, 2]

    async def test_an_old_session_works_on_until_it_is_let_go(self, tmp_path: Path) -> None:
        """A request under way finishes on its own settings, also if its next call comes after the change."""
        resources = Resources()
        with FakeBackend() as backend:
            old = build(tmp_path, Config(backends={"lab": at(backend.url)}), resources=resources)
            await resources.sweep()
            build(tmp_path, Config(backends={"lab": at(backend.url + "/new")}), resources=resources)
            await resources.sweep()
            assert (await old.catalog.entry("lab")).failure is None
            await resources.aclose()
