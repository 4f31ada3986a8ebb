"""The limits of engines and of their drivers, each with its source. A test that meets one is skipped with this text, and with no other."""

from __future__ import annotations

WEBKIT_COMMANDS = "https://github.com/WebKit/WebKit/blob/main/Source/WebDriver/WebDriverService.cpp"
FIREFOX_LOCKS = "https://searchfox.org/mozilla-central/source/dom/locks/LockManagerChild.cpp"
MINI_BROWSER = "https://github.com/WebKit/WebKit/blob/main/Tools/MiniBrowser/gtk/main.c"
PAGE_LIFECYCLE = "https://developer.chrome.com/docs/web-platform/page-lifecycle-api"

NO_CRASH = f"WebKitGTK's driver has no command that crashes a tab ({WEBKIT_COMMANDS})"
NO_OFFLINE = f"WebKitGTK's driver has no command that takes the network away ({WEBKIT_COMMANDS})"
NO_BLOCKER = f"WebKitGTK's browser takes what it blocks at its start, and never lifts it ({MINI_BROWSER})"
NO_FREEZE = f"only Chromium freezes tabs ({PAGE_LIFECYCLE})"
LOCK_BLOCKS_CACHE = f"Firefox keeps a page that holds a Web Lock out of its back/forward cache ({FIREFOX_LOCKS})"
BODY_NEVER_ENDS = (
    "Firefox never ends the body of an answer that came while its page was in the back/forward cache (measured, 153 ESR)"
)
NO_PROFILE = f"WebKitGTK's browser keeps nothing on the disk under WebDriver ({MINI_BROWSER})"
STORAGE_IS_LOCKED = (
    "Firefox locks the database of localStorage, so that the test cannot see when an event is on the disk (measured, 153 ESR)"
)


def caches_locks(browser_name: str) -> bool:
    """Whether a page that holds a Web Lock enters the back/forward cache when it is left."""
    return browser_name != "firefox"


def can_crash(browser_name: str) -> bool:
    """Whether `Visitor.crash` works."""
    return browser_name != "webkit"
