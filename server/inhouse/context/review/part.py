"""A part of a file that a model is asked about."""

from dataclasses import dataclass

from inhouse.context.syntax.blocks import Lines
from inhouse.domain.code import SourceFile


@dataclass(frozen=True, slots=True)
class Part:
    """Whole lines of a file. Findings may stand on them and nowhere else."""

    file: SourceFile
    lines: Lines
