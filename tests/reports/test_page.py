"""The page in a real browser: it is seen, it fits, its keys work, it asks for nothing, axe finds no fault."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator

import pytest

from cli.reports import Overview
from cli.reports.classes import diagram
from cli.reports.page import page
from tests.reports import browser as browsers
from tests.reports.browser import Browser
from tests.reports.reviews import EVIL, overview, tree

AXE, MERMAID = ("axe-core", "4.14.1", "axe.min.js"), ("mermaid", "11.17.2", "dist/mermaid.min.js")
WIDTHS = pytest.mark.parametrize("width", [1280, 390, 320])
SCHEMES = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    if browsers.PROGRAM is None:
        pytest.skip("there is no chromium, chromium-browser or google-chrome on PATH")
    with browsers.started() as started:
        yield started


@pytest.fixture
def browser(running: Browser, pages: dict[str, str]) -> Browser:
    """A browser that remembers nothing of another test."""
    running.open(pages["refused"])
    running.run("localStorage.clear()")
    return running


def package(request: pytest.FixtureRequest, name: str, version: str, path: str) -> str:
    cache: pytest.Cache = request.getfixturevalue("cache")
    found = browsers.package_file(cache.mkdir("npm"), name, version, path)
    if found is None:
        pytest.skip(f"npm cannot bring {name}")
    return found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The addresses of some pages."""
    folder = tmp_path_factory.mktemp("pages")
    made: dict[str, Overview] = {
        "refused": overview(classes=60, done=True, passed=False),
        "evil": overview(evil=EVIL, done=True, passed=False),
        "thousand": overview(100, 10, done=True),
    }
    for name, shown in made.items():
        (folder / f"{name}.html").write_text(page(shown), "utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in made}


def shown(browser: Browser) -> str:
    """What the line beside the filters says."""
    return str(browser.run("document.querySelector('#count').textContent"))


def focused(browser: Browser) -> str:
    return str(browser.run("document.activeElement.id"))


# --- what is seen -----------------------------------------------------------------------------------


@WIDTHS
@pytest.mark.parametrize("name", ["refused", "evil", "thousand"])
def test_page_is_as_wide_as_the_window(
    browser: Browser, pages: dict[str, str], name: str, width: int
) -> None:
    browser.open(pages[name], width)

    assert browser.run("document.scrollingElement.scrollWidth") == width
    assert browser.said == []


@pytest.mark.parametrize("width", [1920, 1280, 390])
def test_headings_stand_below_one_another(browser: Browser, pages: dict[str, str], width: int) -> None:
    browser.open(pages["refused"], width)
    lefts = browser.run(
        "[...document.querySelectorAll('main h2, main h3')].map((each) => { const text = new Range();"
        "text.selectNodeContents(each); return text.getBoundingClientRect().left })"
    )

    assert len({*lefts}) == 1


def test_phases_are_stacked_on_a_phone(browser: Browser, pages: dict[str, str]) -> None:
    said = """(() => {
        const row = document.querySelector(".phases tbody tr"), around = row.closest(".scroll");
        const [name, sentence, files] = [...row.cells].map((each) => each.getBoundingClientRect());
        return [sentence.height > 0, name.bottom <= sentence.top, sentence.bottom <= files.top,
            around.scrollWidth <= around.clientWidth, row.innerText.includes("2 files")];
    })()"""
    browser.open(pages["refused"], 390)
    assert browser.run(said) == [True, True, True, True, True]
    browser.open(pages["refused"], 1280)
    assert browser.run(said) == [True, False, False, True, False]


@SCHEMES
def test_page_is_seen_in_both_schemes(browser: Browser, pages: dict[str, str], dark: bool) -> None:
    browser.open(pages["refused"], dark=dark)
    browser.run("document.querySelector('#p1').scrollIntoView({behavior: 'instant'})")
    pixels = decoded(browser.picture())

    assert (max(pixels[:3]) < 100) if dark else (min(pixels[:3]) > 200)
    assert len({*zip(pixels[::4], pixels[1::4], pixels[2::4], strict=False)}) > 100


def decoded(png: bytes) -> bytes:
    """The filtered rows of a PNG without their filters' numbers; the first pixel is what it is."""
    parts, at, width = [], 8, int.from_bytes(png[16:20])
    while at < len(png):
        size = int.from_bytes(png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            parts.append(png[at + 8 : at + 8 + size])
        at += size + 12
    rows = zlib.decompress(b"".join(parts))
    row = 1 + width * (4 if png[25] == 6 else 3)
    return b"".join(rows[start + 1 : start + row] for start in range(0, len(rows), row))


def test_sides_stand_beside_one_another_and_below_one_another_on_a_phone(
    browser: Browser, pages: dict[str, str]
) -> None:
    places = """(() => {
        const place = (what) => document.querySelector(`.diff ${what}`).getBoundingClientRect();
        const [del, ins, left] = ["del", "ins", ".ctx i"].map(place);
        return [del.right <= ins.left, del.top === ins.top, del.bottom <= ins.top, left.height > 0];
    })()"""
    browser.open(pages["refused"], 1280)
    assert browser.run(places) == [True, True, False, True]
    browser.open(pages["refused"], 390)
    assert browser.run(places) == [False, False, True, False]


def test_everything_can_be_read_without_script(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["thousand"], script=False)

    state = browser.run(
        "[document.querySelectorAll('.hunk').length, document.querySelectorAll('.js:not([hidden])').length, "
        "[...document.querySelectorAll('.js')].filter((each) => each.getBoundingClientRect().height).length, "
        "getComputedStyle(document.querySelector('.hunk')).display]"
    )
    assert state[0] == 1000
    assert state[2:] == [0, "block"]


# --- nothing but itself -----------------------------------------------------------------------------


@SCHEMES
def test_evil_text_does_nothing(browser: Browser, pages: dict[str, str], dark: bool) -> None:
    browser.open(pages["evil"], dark=dark)
    browser.press("j", "x", "x", "n", "t", "t")
    browser.run("new Promise((then) => setTimeout(then, 200))")

    assert browser.said == []
    assert browser.run("[document.scripts.length, document.images.length]") == [1, 0]


def test_policy_holds(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["refused"])
    browser.run(
        "const made = (tag, what) => document.body.append(Object.assign(document.createElement(tag), what));"
        "made('script', {textContent: 'window.ran = 1'}); made('img', {src: 'http://127.0.0.1:9/x.png'})"
    )

    assert browser.run("window.ran ?? 0") == 0
    assert len([each for each in browser.said if "Content Security Policy" in each]) == 2


# --- keys and filters -------------------------------------------------------------------------------


def test_keys_go_from_hunk_to_hunk_and_from_file_to_file(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["refused"])
    went = []
    for key in "jjkjnjpn":
        browser.press(key)
        went.append(focused(browser))

    assert " ".join(went).replace("p1-", "") == "f1-h1 f1-h2 f1-h1 f1-h2 f2-h1 f2-h2 f1-h1 f2-h1"
    browser.press(*"k" * 9)
    assert focused(browser) == "p1-f1-h1"
    browser.press(*"n" * 9)
    assert focused(browser) == "p3-f2-h1"


def test_folded_file_opens_for_its_hunk(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["refused"])
    browser.run("document.querySelector('#fold').click()")
    assert browser.run("document.querySelectorAll('.file[open]').length") == 0
    browser.press("j")
    assert browser.run("document.querySelector('#p1-f1').open")
    browser.run("location.hash = '#p3-f1-h2'; new Promise((then) => setTimeout(then, 100))")
    assert focused(browser) == "p3-f1-h2"


def test_reviewed_hunks_are_counted_and_remembered(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["refused"])
    browser.run("localStorage.clear()")
    browser.open(pages["refused"])
    assert shown(browser) == "18 hunks · 0 reviewed"
    browser.press("j", "x", "j", "x", "j", "x", "x")
    browser.run("document.querySelector('#p2-f1-h1 .seen input').click()")
    assert shown(browser) == "18 hunks · 3 reviewed"
    browser.open(pages["refused"])
    assert shown(browser) == "18 hunks · 3 reviewed"
    browser.run("document.querySelector('#left').click()")
    assert shown(browser) == "15 of 18 hunks · 3 reviewed"
    browser.open(pages["evil"])
    assert shown(browser) == "18 hunks · 0 reviewed"


def test_page_works_where_nothing_can_be_remembered(browser: Browser, pages: dict[str, str]) -> None:
    deny = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no'); }})"
    added = browser.call("Page.addScriptToEvaluateOnNewDocument", source=deny)
    try:
        browser.open(pages["refused"])
        browser.press("j", "x", "t")
        assert shown(browser) == "18 hunks · 1 reviewed"
        assert browser.run("document.documentElement.dataset.theme") == "dark"
        assert browser.said == []
    finally:
        browser.call("Page.removeScriptToEvaluateOnNewDocument", **added)


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("phase.value = 'p2'", 6),
        ("decision.value = 'ask'", 6),
        ("confidence.value = 'named'", 6),
        ("look.checked = true", 12),
        ("text.value = 'FILE_3.py method_24'", 1),
        ("text.value = 'nowhere'", 0),
    ],
)
def test_filters(browser: Browser, pages: dict[str, str], what: str, expected: int) -> None:
    browser.open(pages["refused"])
    name, _, change = what.partition(".")
    browser.run("localStorage.clear()")
    browser.run(
        f"(() => {{ const it = document.querySelector('#{name}'); it.{change};"
        "it.dispatchEvent(new Event('input', {bubbles: true})) })()"
    )

    assert shown(browser).startswith(f"{expected} of 18 hunks")
    seen = "[...document.querySelectorAll('.hunk')].filter((each) => each.checkVisibility()).length"
    assert browser.run(seen) == expected
    assert browser.run("document.querySelector('#nothing').hidden") is (expected > 0)


def test_search_and_help_by_key(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["refused"])
    browser.press("/", *"file_3")
    assert browser.run("document.querySelector('#text').value") == "file_3"
    assert shown(browser).startswith("3 of 18 hunks")
    browser.press("Escape", "?")
    assert browser.run("document.querySelector('#help').open")


def test_scheme_is_switched_and_remembered(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["refused"])
    colour = "getComputedStyle(document.body).backgroundColor"
    light = browser.run(colour)
    browser.press("t")
    dark = browser.run(colour)
    browser.open(pages["refused"])
    assert (browser.run(colour), light != dark) == (dark, True)
    browser.press("t")
    browser.open(pages["refused"], dark=True)
    assert browser.run(colour) == light
    browser.run("localStorage.clear()")


# --- accessibility ----------------------------------------------------------------------------------


@SCHEMES
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(
    request: pytest.FixtureRequest, browser: Browser, pages: dict[str, str], width: int, dark: bool
) -> None:
    axe = package(request, *AXE)
    browser.open(pages["refused"], width, dark=dark)
    # Colours are judged of what is drawn, so all is drawn and nothing is folded.
    browser.run("document.styleSheets[0].insertRule('.hunk { content-visibility: visible !important }', 0)")
    browser.run("for (const each of document.querySelectorAll('details')) each.open = true")
    browser.run(f"{axe};0")
    found = browser.run(
        "axe.run().then((told) => told.violations.map("
        "(each) => `${each.impact} ${each.id}: ${each.nodes.slice(0, 3).map((node) => node.html).join()}`))"
    )

    assert found == []


# --- Mermaid ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("name", ["Class", "Größe_", "note", "end", "_x", EVIL], ids=str.isidentifier)
def test_mermaid_draws_the_diagram(
    request: pytest.FixtureRequest, browser: Browser, name: str, after: bool
) -> None:
    mermaid = package(request, *MERMAID)
    source = diagram(tree(12, name), after=after).removeprefix("```mermaid\n").removesuffix("\n```")
    browser.open("about:blank")
    browser.run(f"{mermaid};0")
    drawn = browser.run(
        f"mermaid.parse({json.dumps(source)}).then(() => mermaid.render('drawing', {json.dumps(source)}))"
        ".then((made) => (document.body.innerHTML = made.svg, document.querySelectorAll('.node').length))"
    )

    assert drawn == 12
    if name == "Class" and after:
        assert "Class0<T, U>" in browser.run("document.body.textContent")
