"""Which of the merged backends count: those with a url, and from an editor only those at a trusted origin."""

from collections.abc import Iterable
from dataclasses import dataclass

from inhouse.config.layer import Key, Layer
from inhouse.config.legacy import HUGGINGFACE
from inhouse.config.merge import Merged, drop_backends
from inhouse.config.problem import LayerName
from inhouse.config.rules import as_texts, in_short
from inhouse.domain.models import Kind
from inhouse.domain.origin import Origin

TRUSTED = frozenset({LayerName.MACHINE, LayerName.USER, LayerName.ENVIRONMENT, LayerName.FLAGS})
ORDER: Key = ("routing", "order")
EMBEDDED = Kind.EMBEDDED.value
MAX_NAMED = 5
"""Unknown backends that are named to the user."""


@dataclass(frozen=True, slots=True)
class UntrustedBackend:
    """Given by the editor, at an origin that nobody has agreed to."""

    name: str
    url: str
    origin: Origin


def drop_urlless(merged: Merged) -> None:
    """An old setting about `tgi` alone configures nothing: editors send its default to everyone."""
    urlless = {key[1] for key in merged.values if key[0] == "backends"} - set(_urls(merged))
    for name in sorted(urlless):
        places = {key: place for key, place in merged.places.items() if key[:2] == ("backends", name)}
        named = [place for place in places.values() if place.source != HUGGINGFACE]
        if named:
            message = f"the backend {name} has no url, so it is left out; give it one"
            merged.problems.append(named[-1].problem(("backends", name), message))
    drop_backends(merged, lambda name: name not in urlless)


def drop_untrusted(merged: Merged, trusted: frozenset[Origin]) -> tuple[UntrustedBackend, ...]:
    found = [
        UntrustedBackend(name, url, Origin.parse(url))
        for name, url in _urls(merged).items()
        if merged.places["backends", name, "url"].name is LayerName.EDITOR
    ]
    untrusted = tuple(each for each in found if not each.origin.is_loopback and each.origin not in trusted)
    names = {each.name for each in untrusted}
    drop_backends(merged, lambda name: name not in names)
    return untrusted


def check_order(merged: Merged, untrusted: Iterable[UntrustedBackend]) -> None:
    """A name in routing.order that no backend has is left out, and said so; one that waits for a yes is known."""
    known = {EMBEDDED, *_urls(merged), *(each.name for each in untrusted)}
    unknown = [name for name in dict.fromkeys(as_texts(merged.values.get(ORDER, ()))) if name not in known]
    if unknown:
        names = ", ".join(map(in_short, unknown[:MAX_NAMED])) + (", …" if len(unknown) > MAX_NAMED else "")
        message = f"there is no backend {names}, so it is left out of the order; correct the name or configure it"
        merged.problems.append(merged.places[ORDER].warning(ORDER, message))


def named_origins(layers: Iterable[Layer]) -> frozenset[Origin]:
    """The origins in the layers that only the user and the machine's owner write."""
    return frozenset(
        Origin.parse(str(value))
        for layer in layers
        if layer.place.name in TRUSTED
        for key, value in layer.values.items()
        if key[0] == "backends" and key[2] == "url"
    )


def _urls(merged: Merged) -> dict[str, str]:
    return {key[1]: str(url) for key, url in merged.values.items() if key[0] == "backends" and key[2] == "url"}
