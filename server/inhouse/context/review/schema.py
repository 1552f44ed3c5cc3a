"""The shape of an answer (interface, *Reviews*), which a server that can holds the model to.

Without bounds of numbers, which not every server's grammar can say: values are checked anyway.
"""

from collections.abc import Mapping

from inhouse.domain.findings import Category, FindingSeverity

_TEXT = {"type": "string"}
_LINE = {"type": "integer"}

RESPONSE_SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "file": _TEXT,
                    "line": _LINE,
                    "endLine": _LINE,
                    "severity": {"type": "string", "enum": [each.value for each in FindingSeverity]},
                    "category": {"type": "string", "enum": [each.value for each in Category]},
                    "title": _TEXT,
                    "explanation": _TEXT,
                    "suggestion": _TEXT,
                    "confidence": {"type": "number"},
                },
                "required": ["file", "line", "severity", "category", "title", "explanation", "confidence"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["findings"],
    "additionalProperties": False,
}
