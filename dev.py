"""Install, run, check and test this project: ``python3 dev.py VERB``.

Needs Python 3.11 or newer and nothing else. The first use makes ``.venv`` beside this file and installs the exact
versions of the lock file into it; later uses notice that nothing changed.
"""

# Only what an old Python can parse too, so that it gets a sentence instead of a traceback.
from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
CORE, DEV = "requirements.lock", "requirements-dev.lock"
OLDEST = (3, 11)
VENV_ADVICE = "on Debian and Ubuntu install the package python3-venv"
INTERRUPTED = 130

ALONE = {
    "demo": ("tool_sandbox", "run", "-a", "oracle"),
    "docs": ("mkdocs", "build", "--strict"),
    "bench": ("python", "benchmarks/page.py"),
}
"""Verbs that are one command."""
CHECK = (("ruff", "check"), ("ruff", "format", "--check"), ("mypy",))
FIX = (("ruff", "check", "--fix"), ("ruff", "format"))
TEST = ("pytest",)
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
APT = (("apt-get", "update", "-qq"), ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"))

VERBS = {
    "demo": "install the package and play every scenario with the perfect agent; no key, no model",
    "test": "run the tests (arguments are passed on to pytest)",
    "browser": "install Chromium, in which the tests try the pages of runs (as root, on Debian and Ubuntu)",
    "check": "lint, check the formatting and the types",
    "fix": "mend what the linter can and format",
    "docs": "build the documentation",
    "bench": "measure what everything costs and write docs/benchmarks.md (arguments: names of benchmarks)",
    "lock": "remake both lock files from pyproject.toml",
}


class DevError(Exception):
    """Something a person has to put right; its text is all they see."""


def main(arguments: list[str]) -> int:
    """Do what the verb says and return the exit code."""
    verbs = "\n".join(f"  {verb:<8}{meaning}" for verb, meaning in VERBS.items())
    parser = argparse.ArgumentParser(
        prog="dev.py",
        usage="python3 dev.py VERB [ARGUMENT ...]",
        description=f"verbs:\n{verbs}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("verb", choices=VERBS, metavar="VERB", help="one of the above")
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="ARGUMENT", help="passed on to the tool")
    options = parser.parse_args(arguments or ["--help"])
    try:
        require_python(sys.version_info[:3])
        return perform(options.verb, options.rest)
    except DevError as error:
        print(f"dev.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ndev.py: interrupted", file=sys.stderr)
        return INTERRUPTED


def perform(verb: str, rest: list[str]) -> int:
    """Install what the verb needs, then run its commands until one fails."""
    if verb == "browser":
        return browser()
    install(CORE if verb == "demo" else DEV)
    if verb in {"bench", "test"}:
        keep_byte_code()
    if verb in ALONE:
        os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")  # an advertisement on every build
        return run(*ALONE[verb], *rest)
    if verb == "test":
        return run(*TEST, *(rest or ("-n", "auto")))
    if verb == "lock":
        return lock(rest)
    return run_all(CHECK if verb == "check" else FIX, rest)


def keep_byte_code() -> None:
    """Have the many processes that tests and benchmarks start compile only once what they import.

    Images of containers often forbid byte code, so that it does not stand beside the sources: it goes into ``.venv``.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(VENV / "byte-code"))


def browser() -> int:
    """Have Chromium on this machine; without it, the tests of pages are left out."""
    if any(map(shutil.which, CHROMIUM)):
        return 0
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        message = (
            "there is no Chromium, and here nobody but you can install it: take the package chromium of your system. "
            "Until then the tests leave out what needs a browser."
        )
        raise DevError(message)
    return next(filter(None, (call(list(command)) for command in APT)), 0)


def run(tool: str, *arguments: str) -> int:
    """Run one tool of the virtual environment in the foreground."""
    return call([str(BIN / tool), *arguments])


def run_all(commands: tuple[tuple[str, ...], ...], rest: list[str]) -> int:
    """Run every command, also after one has failed: a developer wants to see all that is wrong."""
    return max(run(*command, *rest) for command in commands)


def lock(upgrade: list[str]) -> int:
    """Remake both lock files; ``--upgrade`` moves to the newest versions. The core's are those of the other."""
    common = ("--universal", "--python-version", "3.11", "--group", "build", "--generate-hashes", "--quiet")
    plain = ("--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--no-header")
    compiling = ("pip", "compile", "pyproject.toml", *common, *plain)
    code = run("uv", *compiling, "--extra", "dev", "-o", DEV, *upgrade) or run(
        "uv", *compiling, "-c", DEV, "-o", CORE, *upgrade
    )
    for name in (CORE, DEV):
        if "://" in (ROOT / name).read_text(encoding="utf-8"):
            message = f"{name} holds an address; a lock holds versions and hashes only. Take the cause out and repeat."
            raise DevError(message)
    return code


def install(name: str) -> None:
    """Bring ``.venv`` to the versions of a lock file, unless it is there already."""
    python = ensure_environment()
    accepted = {name, DEV}  # the larger set holds the smaller one
    if any(stamp(other).is_file() and stamp(other).read_text() == fingerprint(other, python) for other in accepted):
        return
    print(f"Installing the packages of {name} into .venv …", flush=True)
    bootstrap_uv(name, python)
    uv = [str(BIN / "uv"), "pip", "install", "--quiet", "--python", python]
    must([*uv, "--require-hashes", "-r", name], f"the packages of {name} could not be installed")
    must([*uv, "--no-deps", "--no-build-isolation", "-e", "."], "tool_sandbox itself could not be installed")
    stamp(name).write_text(fingerprint(name, python))


def stamp(name: str) -> Path:
    """The file that says what was installed from a lock file."""
    return VENV / f".installed-{name}"


def require_python(version: tuple[int, int, int]) -> None:
    """Say so when the interpreter is too old to make the environment with."""
    if version < OLDEST:
        found = ".".join(map(str, version))
        message = f"Python {found} is too old; run this with Python 3.11 or newer, such as python3.12 dev.py."
        raise DevError(message)


def ensure_environment() -> str:
    """The interpreter in ``.venv``, which is made first if it is missing or no longer starts."""
    python = BIN / ("python.exe" if os.name == "nt" else "python")
    if python.exists() and answers(str(python), f"import sys; sys.exit(sys.version_info[:2] < {OLDEST})"):
        return str(python)
    print("Making .venv …", flush=True)
    must(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        f"the virtual environment could not be made; {VENV_ADVICE}",
    )
    return str(python)


def answers(python: str, code: str) -> bool:
    """Whether an interpreter starts and gets through a line of code."""
    try:
        return subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def fingerprint(name: str, python: str) -> str:
    """What an installation depends on, as one text."""
    digest = hashlib.sha256(Path(python).resolve().as_posix().encode())
    for path in (ROOT / name, ROOT / "pyproject.toml"):
        if not path.is_file():
            message = f"{path.name} is missing; restore it with: git checkout -- {path.name}"
            raise DevError(message)
        digest.update(path.read_bytes())
    return digest.hexdigest()


def bootstrap_uv(name: str, python: str) -> None:
    """Install the locked uv with pip, its hash checked as well."""
    if shutil.which("uv", path=str(BIN)):
        return
    entries = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    entry = next((line for line in entries if line.startswith("uv==")), None)
    if entry is None:
        message = f"{name} does not name uv; restore it with: git checkout -- {name}"
        raise DevError(message)
    if not answers(python, "import pip"):  # making the environment was interrupted, or others made it
        must([python, "-m", "ensurepip"], f"pip could not be put into .venv; {VENV_ADVICE}")
    with tempfile.TemporaryDirectory() as folder:
        requirement = Path(folder, "uv.txt")
        requirement.write_text(" ".join(entry.split()), encoding="utf-8")
        pip = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes"]
        must([*pip, "-r", str(requirement)], "uv could not be installed with pip; is a package index reachable?")


def must(command: list[str], otherwise: str) -> None:
    """Run a step of the installation, whose failure ends everything and which Ctrl-C ends without a word."""
    with start(command, start_new_session=True) as process:
        try:
            failed = process.wait() != 0
        except KeyboardInterrupt:
            if os.name == "nt":
                process.terminate()
            else:
                os.killpg(process.pid, signal.SIGTERM)
            raise
    if failed:
        message = f"{otherwise} (the command's own message stands above)."
        raise DevError(message)


def call(command: list[str]) -> int:
    """Run a command in the foreground; on Ctrl-C let it end in its own way first."""
    with start(command) as process:
        try:
            return exit_code(process.wait())
        except KeyboardInterrupt:
            process.wait()
            raise


def start(command: list[str], *, start_new_session: bool = False) -> subprocess.Popen[bytes]:
    """Start a command in the project's folder."""
    try:
        return subprocess.Popen(command, cwd=ROOT, start_new_session=start_new_session)
    except OSError as error:
        message = f"{Path(command[0]).name} cannot be started ({error.strerror}); remove .venv and repeat."
        raise DevError(message) from error


def exit_code(returned: int) -> int:
    """A shell's exit code for what a process returned: 128 and the signal's number when a signal ended it."""
    return returned if returned >= 0 else 128 - returned


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
