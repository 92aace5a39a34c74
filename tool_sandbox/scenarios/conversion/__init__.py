"""From scenarios written in Python to scenario files: ``convert`` and ``convert_path``."""

from tool_sandbox.scenarios.conversion.conversion import Conversion, convert, convert_path
from tool_sandbox.scenarios.conversion.losses import Loss

__all__ = ["Conversion", "Loss", "convert", "convert_path"]
