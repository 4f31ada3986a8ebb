"""The snippets of the guide and of the types, which are the manual; and how a piece of code is run in a page."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import ROOT, Endpoint
from tests.browser.waiting import wait_for
from tools import node

BUNDLES = ROOT / "build" / "docs"
GUIDE = ROOT / "docs" / "WIDGET.md"
BUILT = ("clickqueue.d.ts", "use-widget.d.ts", "consent.d.ts")
MANUALS = [*(ROOT / "dist" / name for name in BUILT), *(ROOT / "npm" / f"{name}.d.ts" for name in ("inspect", "testing"))]
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)
EXAMPLE = re.compile(r"@example\n(.*?)\*/", re.S)


@dataclass(frozen=True)
class Snippet:
    """A piece of code that somebody will copy."""

    language: str
    title: str
    text: str

    @property
    def slug(self) -> str:
        """A file name for it."""
        return re.sub(r"\W+", "-", self.title)


def snippets_of(guide: Path) -> list[Snippet]:
    """The fenced blocks of a guide; the title is the file that a block says it is, else where it stands."""
    text = guide.read_text()
    found = [(match, text.count("\n", 0, match.start()) + 1) for match in FENCE.finditer(text)]
    return [Snippet(match[1], match[2] or f"{guide.name}-{line}", match[3]) for match, line in found]


def examples_of(manual: Path) -> list[Snippet]:
    """The `@example`s of a `.d.ts`."""
    texts = EXAMPLE.findall(manual.read_text())
    return [
        Snippet("js", f"{manual.name}-{number}", re.sub(r"^ *\* ?", "", text, flags=re.M)) for number, text in enumerate(texts, 1)
    ]


def in_guide(language: str) -> list[Snippet]:
    """The guide's blocks in one language."""
    return [snippet for snippet in snippets_of(GUIDE) if snippet.language == language]


def examples() -> list[Snippet]:
    """Every `@example` of the manual. None where dist/ is not built: the test then says so."""
    return [example for manual in MANUALS if manual.is_file() for example in examples_of(manual)]


def bundle(snippet: Snippet, folder: Path) -> None:
    """Resolve the snippet's imports as an installed package's are, and as a file's in `folder`."""
    command = [str(node.MODULES / "esbuild/bin/esbuild"), "--bundle", "--format=esm", f"--loader={snippet.language}"]
    command += ["--jsx=automatic", "--define:process.env.NODE_ENV='production'", f"--outfile={BUNDLES / snippet.slug}.js"]
    subprocess.run(command, input=snippet.text, cwd=folder, text=True, check=True, capture_output=True)


def run(browser: WebDriver, endpoint: Endpoint, snippet: Snippet, folder: Path = ROOT) -> list[str]:
    """Run it in a page; what went wrong."""
    bundle(snippet, folder)
    browser.get(f"{endpoint.page('docs.html')}?{snippet.slug}")
    wait_for(lambda: browser.execute_script("return window.ran"), "the snippet to have run")
    return list(browser.execute_script("return faults"))
