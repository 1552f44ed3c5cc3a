"""The frozen settings, and the layer of every value in them, from the merged values."""

from collections.abc import Mapping
from typing import cast

from inhouse.config.layer import Key, Values, dotted
from inhouse.config.problem import LayerName
from inhouse.config.rules import Node, SectionOf, TableOf, nodes_of
from inhouse.config.schema import Config

Tree = dict[str, object]


def build(values: Values) -> Config:
    """Every value has passed its rule already."""
    tree: Tree = {}
    for key, value in values.items():
        branch = tree
        for part in key[:-1]:
            branch = cast("Tree", branch.setdefault(part, {}))
        branch[key[-1]] = value
    return cast("Config", _made(SectionOf(Config), tree))


def provenance(config: Config, layers: Mapping[Key, LayerName]) -> dict[str, LayerName]:
    """By dotted key, for every value in force."""
    return {dotted(key): layers.get(key, LayerName.DEFAULT) for key in _leaves(SectionOf(Config), (), config)}


def _made(node: Node, value: object) -> object:
    if isinstance(node, SectionOf):
        nodes = nodes_of(node.cls)
        return node.cls(**{name: _made(nodes[name], each) for name, each in cast("Tree", value).items()})
    if isinstance(node, TableOf):
        return {name: _made(SectionOf(node.cls), each) for name, each in cast("Tree", value).items()}
    return value


def _leaves(node: Node, key: Key, config: Config) -> list[Key]:
    if isinstance(node, SectionOf):
        return [leaf for name, each in nodes_of(node.cls).items() for leaf in _leaves(each, (*key, name), config)]
    if isinstance(node, TableOf):
        return [leaf for name in config.backends for leaf in _leaves(SectionOf(node.cls), (*key, name), config)]
    return [key]
