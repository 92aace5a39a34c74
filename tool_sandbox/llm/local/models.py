"""Real models on this machine: names, files and where to fetch them.

``local`` is the default model of the manifest beside this file, ``local:NAME`` another one, ``local:/path/to.gguf``
any file. Serving a file is ``local_server``'s part.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from attrs import frozen

from tool_sandbox.errors import MissingDependencyError, UsageError, how_to_install
from tool_sandbox.llm.local.gguf_header import read_header
from tool_sandbox.nearest import nearest

_PREFIX = "local"
_SHA256_DIGITS = 64


@frozen(kw_only=True)
class LocalModel:
    """A model that runs on this machine: a file, or where on the Hugging Face hub to find one."""

    name: str
    """How requests and results call it."""
    path: Path | None = None
    """The file, if it was named directly."""
    repository: str = ""
    file: str = ""
    licence: str = ""
    megabytes: int = 0
    """Size of the download, rounded; for people."""
    about: str = ""


def is_local(model: str) -> bool:
    """Whether a model string asks for a model on this machine."""
    return model == _PREFIX or model.startswith(f"{_PREFIX}:")


def local_models() -> Mapping[str, LocalModel]:
    """The models of the manifest, the default one first."""
    manifest = json.loads(resources.files("tool_sandbox.llm").joinpath("local_models.json").read_text("utf-8"))
    names = sorted(manifest["models"], key=lambda name: name != manifest["default"])
    return {name: LocalModel(name=name, **manifest["models"][name]) for name in names}


def parse_local(model: str) -> LocalModel:
    """The model that ``local``, ``local:NAME`` or ``local:/path/to.gguf`` means. Fetches nothing.

    Raises:
        UsageError: There is no such name, or no such file.
    """
    if not is_local(model):
        msg = f"{model!r} is not a local model. Expected 'local', 'local:NAME' or 'local:/path/to.gguf'."
        raise UsageError(msg)
    wanted = model.partition(":")[2]
    known = local_models()
    if wanted in known:
        return known[wanted]
    if not wanted:
        return next(iter(known.values()))
    if wanted.lower().endswith(".gguf") or "/" in wanted or "\\" in wanted:
        return _model_file(Path(wanted).expanduser())
    close = nearest(wanted, known, 1)
    hint = f"Did you mean 'local:{close[0]}'? " if close else ""
    msg = (
        f"There is no local model {wanted!r}. {hint}"
        f"Expected one of {', '.join(map(repr, known))}, or the path of a .gguf file."
    )
    raise UsageError(msg)


def resolve_local(model: str, *, cache: Path | None = None, hub: str | None = None) -> tuple[str, Path]:
    """Name and file of a local model string, fetching the file on first use.

    Args:
        model: ``local``, ``local:NAME`` or ``local:/path/to.gguf``.
        cache: Directory for fetched files; the Hugging Face cache of the user if not given.
        hub: Address of the hub, if not the public one.

    Raises:
        UsageError: No such model or file, or the hub does not deliver.
        MissingDependencyError: The ``local`` extra is not installed.
    """
    found = parse_local(model)
    require_extra()
    return found.name, found.path or fetch(found, cache=cache, hub=hub)


def require_extra(find: Callable[[str], object | None] = importlib.util.find_spec) -> None:
    """Complain unless the optional packages for local models are installed.

    Args:
        find: Finds a package by name, or gives ``None``.

    Raises:
        MissingDependencyError: One is missing.
    """
    missing = [name for name in ("xllamacpp", "huggingface_hub") if find(name) is None]
    if missing:
        packages = " and ".join(map(repr, missing))
        msg = f"models on this machine need {packages}, not installed: {how_to_install('local')}"
        raise MissingDependencyError(msg)


def fetch(model: LocalModel, *, cache: Path | None = None, hub: str | None = None, patience: float = 10.0) -> Path:
    """The file of a model of the hub: from the user's cache, or fetched with a progress bar and verified.

    Args:
        model: One of the manifest.
        cache: Directory for fetched files; the Hugging Face cache of the user if not given.
        hub: Address of the hub, if not the public one.
        patience: Seconds the hub may take to begin to answer.

    Raises:
        UsageError: The hub does not answer or does not deliver what it announced.
    """
    import huggingface_hub as library

    cached = library.try_to_load_from_cache(model.repository, model.file, cache_dir=cache)
    if isinstance(cached, str):
        return Path(cached)
    try:
        url = library.hf_hub_url(model.repository, model.file, endpoint=hub)
        announced = library.get_hf_file_metadata(url, timeout=patience)
        path = library.hf_hub_download(
            model.repository, model.file, cache_dir=cache, endpoint=hub, etag_timeout=patience
        )
    except Exception as error:  # the library passes on whatever its transport raises
        raise UsageError(_hub_failed(model, error)) from error
    return _verified(Path(path), model, announced)


def supports_native_tools(path: str | Path) -> bool:
    """Whether a model file's chat template shows tools to the model and has a place for its calls.

    Without that, tools have to be explained in the prompt (``llm.layers.prompted_tools.layer``).
    """
    template = read_header(Path(path)).get("tokenizer.chat_template")
    return isinstance(template, str) and "tools" in template and "tool_call" in template


def _model_file(path: Path) -> LocalModel:
    if not path.is_file():
        names = ", ".join(repr(f"local:{name}") for name in local_models())
        msg = f"There is no file {str(path)!r}. Expected the path of a .gguf file, or one of the names: {names}."
        raise UsageError(msg)
    return LocalModel(name=path.stem, path=path)


def _hub_failed(model: LocalModel, error: Exception) -> str:
    reason = (str(error) or type(error).__name__).splitlines()[0]
    return (
        f"The Hugging Face hub did not deliver {model.file!r} of {model.repository!r} "
        f"({type(error).__name__}: {reason}). "
        "Check the network (HF_ENDPOINT names another hub), or give a file you have: 'local:/path/to.gguf'."
    )


def _verified(path: Path, model: LocalModel, announced: Any) -> Path:
    """The path, after its content was compared with the hash that the hub keeps for it."""
    etag = (announced.etag or "").strip('"')
    if len(etag) == _SHA256_DIGITS:  # large files: the hub's ETag is their SHA-256
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
        intact = actual == etag
    else:
        intact = announced.size is None or path.stat().st_size == announced.size
    if intact:
        return path
    path.resolve().unlink()
    path.unlink(missing_ok=True)
    msg = (
        f"{model.file!r} of {model.repository!r} arrived damaged: it does not match the hash of the hub. "
        "The copy was removed; run the same command again."
    )
    raise UsageError(msg)
