"""The page in headless Chromium: ``make page-test``. Needs Chromium with its driver, and selenium; axe-core where npm gives it.

A whole case by keyboard alone, both languages, light and dark, at the widths of phones and of a desk, with the rules of axe-core
on accessibility; and that nothing is asked of anyone else, nothing breaks the policy, and nothing is logged as an error.
Screenshots go to ``build/page``, to be looked at.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from hechting_rules import advise, load_case
from serving import running

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "page"
AXE = Path(os.environ.get("HECHTING_AXE", ROOT / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"))
CHROMIUM, DRIVER = os.environ.get("CHROMIUM", "/usr/bin/chromium"), os.environ.get("CHROMEDRIVER", "/usr/bin/chromedriver")
PATIENCE = 20.0
WIDTHS = (360, 390, 1280)
WATCH = """
window.refusedByPolicy = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.refusedByPolicy.push(event.violatedDirective + " " + event.blockedURI);
});
"""
RUN_AXE = """
const done = arguments[0];
axe.run(document).then((found) => done(found.violations)).catch((error) => done([{id: String(error), nodes: []}]));
"""
SHOWS_FOCUS = """
const style = getComputedStyle(document.activeElement.closest("label") ?? document.activeElement);
return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
"""
PARENTS = "Vraag eerst welke steun de ouders kan helpen"
"""A suggestion that comes and goes with what is known of the parents."""
CASE = ROOT / "examples" / "cases" / "13-suspected-abuse.yaml"


class Browser:
    """A tab with the page: what is in it, what is pressed, and what it did."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver, self.address = driver, address

    def open(self, width: int = 1280, height: int = 900, scheme: str = "light", language: str = "nl") -> None:
        """The page as somebody meets it."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme_of = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme_of)
        self.driver.get(self.address)
        self.settled()
        if self.script("return document.documentElement.lang") != language:
            self.one(f"#lang-{language}").click()
            self.settled()

    def script(self, code: str, *given: Any) -> Any:
        return self.driver.execute_script(code, *given)

    def until(self, what: Callable[[], Any], why: str) -> Any:
        """What a function gives, once it is something."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = what()
            if found:
                return found
            time.sleep(0.03)
        raise AssertionError(f"not within {PATIENCE:g} seconds: {why}")

    def settled(self) -> None:
        """Wait until nothing is under way: no answer at rest, no request."""
        quiet = (
            "return typeof state === 'object' && !!state.last && !pauses.size && !document.body.hasAttribute('aria-busy')"
            " && !!document.querySelector('#ask').childElementCount"
        )
        self.until(lambda: self.script(quiet) and self.calm(), "the page is at rest")

    def calm(self) -> bool:
        return bool(
            self.driver.execute_async_script("const done = arguments[0]; line.then(() => setTimeout(() => done(true), 20))")
        )

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def words(self, selector: str) -> str:
        return str(self.script("return document.querySelector(arguments[0])?.innerText ?? ''", selector))

    def codes(self) -> list[str]:
        """The suggestions that the page has, sorted."""
        found = self.script("return [...state.last.advice.safety, ...state.last.advice.suggestions].map((one) => one.code)")
        return sorted(found)

    def press(self, *keys: str) -> None:
        ActionChains(self.driver).send_keys(*keys).perform()

    def back(self) -> None:
        ActionChains(self.driver).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()

    def focused(self, selector: str) -> bool:
        return bool(self.script("return !!document.activeElement?.matches(arguments[0])", selector))

    def tab_to(self, selector: str, most: int = 150, *, backwards: bool = False) -> None:
        """Go to an element as the keyboard does, and see that it shows where it is."""
        for _ in range(most):
            if self.focused(selector):
                assert self.script(SHOWS_FOCUS), selector
                return
            if backwards:
                self.back()
            else:
                self.press(Keys.TAB)
        raise AssertionError(f"the keyboard does not come to {selector}")

    def shot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        (SHOTS / f"{name}.png").write_bytes(self.driver.get_screenshot_as_png())

    def log(self, name: str) -> list[dict[str, Any]]:
        """What the browser logged since it was asked last."""
        driver: Any = self.driver  # has no types here
        found: list[dict[str, Any]] = driver.get_log(name)
        return found

    def complaints(self) -> list[str]:
        """Whatever went wrong: refused by the policy, logged as an error, or asked of anybody else."""
        refused = [str(one) for one in self.script("return window.refusedByPolicy")]
        logged = [line["message"] for line in self.log("browser") if line["level"] == "SEVERE"]
        asked = []
        for line in self.log("performance"):
            event = json.loads(line["message"])["message"]
            if event["method"] == "Network.requestWillBeSent":
                asked.append(event["params"]["request"]["url"])
        others = [url for url in asked if not url.startswith((self.address, "data:", "blob:", "chrome:"))]
        return [*refused, *(line for line in logged if " 422 " not in line), *others]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder = tmp_path_factory.mktemp("service")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1280,900"):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"intl.accept_languages": "nl", "download.default_directory": str(folder)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with running(folder) as service:
        driver = webdriver.Chrome(options=options, service=Service(DRIVER))
        driver.set_script_timeout(PATIENCE)
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
        try:
            yield Browser(driver, f"http://127.0.0.1:{service.port}/")
        finally:
            driver.quit()


@pytest.fixture(autouse=True)
def _nothing_to_complain_of(browser: Browser) -> Iterator[None]:
    """Holds for every test."""
    browser.log("performance")
    browser.log("browser")
    yield
    assert browser.complaints() == []


def axe(browser: Browser) -> list[str]:
    """What axe-core finds wrong on the page as it stands."""
    if not AXE.is_file():
        pytest.skip(f"axe-core is not there: {AXE}; npm install --prefix build/axe axe-core")
    if not browser.script("return typeof axe === 'object'"):
        browser.script(AXE.read_text(encoding="utf-8"))
    found = browser.driver.execute_async_script(RUN_AXE)
    return [f"{one['id']}: {[node['target'] for node in one['nodes']][:4]}" for one in found]


def search(browser: Browser, words: str) -> None:
    """Look for a finding, by keyboard."""
    browser.tab_to("#search")
    browser.press(words)
    browser.until(lambda: browser.words("#hits"), "hits are counted")


def test_a_whole_case_by_keyboard_alone(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    begin(browser)
    answer_what_is_asked(browser)
    answer_two_findings(browser)
    see_why_and_the_drawing(browser)
    take_the_last_answer_back(browser)
    save_the_case(browser, tmp_path_factory.getbasetemp())
    speak_english(browser)


def begin(browser: Browser) -> None:
    """Past the head of the page, back to whom it is about, and the stage."""
    browser.open()
    browser.press(Keys.TAB)
    assert browser.focused(".hr-skip")
    browser.press(Keys.ENTER)
    assert browser.focused("#asked")
    browser.tab_to("#stage-child", backwards=True)
    browser.press("bab")
    browser.until(lambda: "baby" in browser.words("#change"), "the stage is told")
    browser.settled()


def answer_what_is_asked(browser: Browser) -> None:
    """Two questions with one key each; the next one has the focus."""
    browser.tab_to(".hp-question button[data-answer=present]")
    assert "mishandeling" in browser.words("#question")
    for _ in range(2):
        asked = json.dumps(browser.words("#question"))
        browser.press("n")
        browser.until(partial(browser.script, f"return at('question')?.innerText !== {asked}"), "the next question comes")
        browser.settled()
        assert browser.focused("#question")


def answer_two_findings(browser: Browser) -> None:
    """Two findings that are looked for; what changed is said, and the focus stays."""
    search(browser, "oogcontact")
    browser.tab_to("fieldset[data-code='baby.avoids_eye_contact'] input")
    browser.press(Keys.SPACE)
    browser.until(lambda: "oogcontact: ja" in browser.words("#change"), "what changed is said")
    browser.settled()
    assert browser.focused("fieldset[data-code='baby.avoids_eye_contact'] input[value=present]")
    assert "nieuw" in browser.words("#change")
    assert browser.one("#change").get_attribute("aria-live") == "polite"
    assert "Vertel de ouders wat u aan het kind ziet" in browser.words("#advice")

    browser.tab_to("#search", backwards=True)
    browser.press(*[Keys.BACKSPACE] * len("oogcontact"))
    browser.press("trauma")
    browser.tab_to("fieldset[data-code='parent.unresolved_trauma'] input")
    browser.press(Keys.SPACE)
    browser.until(lambda: "trauma: ja" in browser.words("#change"), "the second answer is told")
    browser.settled()
    assert PARENTS in browser.words(".hr-part-article")


def see_why_and_the_drawing(browser: Browser) -> None:
    """The reasons of a suggestion, with rule and place, and the drawing."""
    browser.tab_to(".hr-part-article .hp-why > summary", backwards=True)
    browser.press(Keys.ENTER)
    reasons = browser.until(lambda: browser.words(".hp-why[open] .hp-explained .hr-places"), "the reasons with their places")
    assert " S" in reasons
    assert "." in browser.words(".hp-why[open] .hp-explained code")
    browser.tab_to("#drawer > summary")
    browser.press(Keys.ENTER)
    browser.until(lambda: browser.script("return document.querySelectorAll('#drawing svg .hd-suggestion').length"), "the drawing")


def take_the_last_answer_back(browser: Browser) -> None:
    """Undo; suggestions and drawing follow."""
    drawn = "return document.querySelector('#drawing').innerHTML"
    before = browser.script(drawn)
    browser.tab_to("#undo", backwards=True)
    browser.press(Keys.ENTER)
    browser.until(lambda: "Ongedaan" in browser.words("#change"), "the last answer is taken back")
    browser.settled()
    assert PARENTS not in browser.words(".hr-part-article")
    browser.until(lambda: browser.script(drawn) != before, "the drawing follows")


def save_the_case(browser: Browser, folder: Path) -> None:
    """The file that is written is a case, and the advice on it is that of the page."""
    browser.tab_to("#save")
    browser.press(Keys.ENTER)
    saved = browser.until(lambda: list(folder.rglob("een-consult-proberen*.yaml")), "the case file")[0]
    case = load_case(saved)
    assert {s.code: s.status.value for s in case.findings}["baby.avoids_eye_contact"] == "present"
    assert browser.codes() == sorted(s.code for s in advise(case).suggestions)


def speak_english(browser: Browser) -> None:
    """The other language, with all that is on the page; the focus stays."""
    browser.tab_to("#lang-en", backwards=True)
    browser.press(Keys.SPACE)
    browser.until(lambda: "avoids eye contact" in browser.words("#answers"), "all of it in English")
    browser.settled()
    assert browser.focused("#lang-en")
    assert browser.script("return document.documentElement.lang") == "en"
    assert "Tell the parents what you see" in browser.words("#advice")
    browser.shot("keyboard-en")


def test_what_clashes_is_asked_about_in_a_dialog_by_keyboard(browser: Browser) -> None:
    browser.open()
    for code, value in (("safety.abuse_or_violence", "absent"), ("safety.disclosure", "present")):
        browser.script("give(arguments[0], arguments[1])", code, value)
        if value == "absent":
            browser.settled()
    browser.until(lambda: browser.one("#dialog").is_displayed(), "the dialog")
    assert "mishandeling" in browser.words("#dialog")
    browser.shot("clash")
    assert axe(browser) == []
    browser.press(Keys.ESCAPE)
    browser.settled()
    assert "verteld over mishandeling" not in browser.words("#answers")
    browser.script("give('safety.disclosure', 'present')")
    browser.until(lambda: browser.one("#dialog").is_displayed(), "the dialog again")
    assert browser.focused("#dialog-yes")
    browser.press(Keys.ENTER)
    browser.until(lambda: "verteld over mishandeling" in browser.words("#answers"), "the new answer stands")
    assert "Wacht hiermee" in browser.words("#advice") or "Nu handelen" in browser.words("#advice")


def test_a_case_file_is_opened_and_what_is_wrong_with_one_is_told(browser: Browser, tmp_path: Path) -> None:
    browser.open()
    browser.one("#file").send_keys(str(CASE))
    browser.until(lambda: "Geopend" in browser.words("#change"), "the file is open")
    browser.settled()
    advice = advise(load_case(CASE))
    assert browser.words(".hr-part-safety").count("Nu handelen") == 1
    assert "Wacht hiermee, eerst" in browser.words(".hr-part-article")
    assert browser.script("return state.note") == load_case(CASE).note
    assert browser.codes() == sorted(s.code for s in advice.suggestions)
    browser.shot("opened")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("child: babi\npresent: [baby.avoid_eye_contact]\n", encoding="utf-8")
    browser.one("#file").send_keys(str(wrong))
    browser.until(lambda: "wrong.yaml:1:8" in browser.words("#trouble"), "each place that is wrong")
    assert "did you mean 'baby'?" in browser.words("#trouble")
    assert browser.words(".hr-part-safety").count("Nu handelen") == 1, "what was open still is"


def test_nothing_is_left_behind_in_the_browser(browser: Browser) -> None:
    browser.open()
    browser.script("give('baby.cries_a_lot', 'present')")
    browser.settled()
    assert browser.script("return [localStorage.length, sessionStorage.length, document.cookie, location.hash]") == [0, 0, "", ""]
    browser.driver.refresh()
    browser.settled()
    assert browser.script("return state.answers.size") == 0


def test_a_service_that_is_away_is_told_and_nothing_is_lost(browser: Browser) -> None:
    browser.open()
    browser.script("give('child', 'toddler')")
    browser.settled()
    browser.script("window.kept = window.fetch; window.fetch = () => Promise.reject(new TypeError('away'))")
    browser.script("give('child.clings', 'present')")
    browser.until(lambda: "antwoordt niet" in browser.words("#trouble"), "that the service is away")
    browser.script("window.fetch = window.kept")
    browser.one("#trouble button").click()
    browser.until(lambda: "klampt" in browser.words("#answers"), "the answer is told after all")
    assert browser.words("#trouble") == ""


def test_the_other_language_while_the_service_is_away_loses_nothing(browser: Browser) -> None:
    browser.open()
    browser.script("give('child', 'toddler')")
    browser.settled()
    browser.script("window.kept = window.fetch; window.fetch = () => Promise.reject(new TypeError('away'))")
    browser.one("#lang-en").click()
    browser.until(lambda: "does not answer" in browser.words("#trouble"), "that the service is away")
    assert browser.script("return at('stage-child').value") == "toddler"
    browser.script("window.fetch = window.kept")
    browser.one("#trouble button").click()
    browser.until(lambda: "toddler" in browser.words("#answers"), "what was told is there, in English")
    assert browser.words("#trouble") == ""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_fits_and_can_be_read_by_all(browser: Browser, width: int, scheme: str, language: str) -> None:
    browser.open(width, 900 if width > 500 else 780, scheme, language)
    name = f"{width}-{scheme}-{language}"
    browser.shot(f"{name}-0")
    assert axe(browser) == []
    browser.one("#file").send_keys(str(CASE))
    browser.until(lambda: browser.words(".hr-part-safety"), "the case is open")
    browser.settled()
    for selector in (".hr-part-safety .hp-why > summary", ".hr-part-article .hp-why > summary", "[data-about=child] > summary"):
        browser.script("document.querySelector(arguments[0]).click()", selector)
    browser.script("document.querySelector('#drawer > summary').click(); at('seek').value = 'psych'; showSought()")
    browser.until(lambda: browser.script("return document.querySelectorAll('.hp-explained .hr-rule').length > 1"), "the reasons")
    browser.until(lambda: browser.script("return !!document.querySelector('#drawing svg')"), "the drawing")
    wide = "return [document.documentElement.scrollWidth, window.innerWidth]"
    found, room = browser.script(wide)
    assert found <= room, "no scrolling sideways"
    small = (
        "return [...document.querySelectorAll('button, select, input:not([type=radio]):not([type=checkbox]), .hp-radios label')]"
        ".filter((one) => one.offsetParent && one.getBoundingClientRect().height < 24).map((one) => one.outerHTML.slice(0, 80))"
    )
    assert browser.script(small) == [], "what is to be touched can be"
    assert axe(browser) == []
    browser.script("scrollTo(0, 0)")
    browser.shot(f"{name}-1")
    browser.script("document.querySelector('#out').scrollIntoView()")
    browser.shot(f"{name}-2")
    browser.script("document.querySelector('#find').scrollIntoView()")
    browser.shot(f"{name}-3")
    browser.script("document.querySelector('#drawn').scrollIntoView()")
    browser.shot(f"{name}-4")
