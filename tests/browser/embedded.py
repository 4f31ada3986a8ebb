"""A widget in a frame of a host's page. One server is two sites: 127.0.0.1, where the widget is from, and localhost."""

from __future__ import annotations

from urllib.parse import urlencode

from tests.browser.host import Host
from tests.browser.waiting import wait_for

SITE, OTHER_SITE = "127.0.0.1", "localhost"
# Without allow-same-origin the frame has an opaque origin: `Origin: null`, no storage.
OPAQUE, OWN_ORIGIN = "allow-scripts", "allow-scripts allow-same-origin"


class EmbeddedWidget(Host):
    """`bed.html` in a frame. The driver acts inside the frame, except in `run_in_the_host`."""

    def embed(self, host_site: str = OTHER_SITE, sandbox: str | None = None, page: str = "bed.html") -> None:
        """Open a page of `host_site` that has the widget in a frame, with `sandbox` as the frame's attribute."""
        query = {"src": self.endpoint.page(page)} | ({} if sandbox is None else {"sandbox": sandbox})
        self.driver.switch_to.default_content()
        self.driver.get(f"http://{host_site}:{self.endpoint.port}/pages/embedder.html?{urlencode(query)}")
        self.driver.switch_to.frame(0)
        wait_for(lambda: self.driver.execute_script("return Boolean(window.bed || window.outcome)"), "the widget's script")

    def run_in_the_host(self, script: str) -> None:
        """Run `script` in the page around the frame."""
        self.driver.switch_to.default_content()
        self.driver.execute_script(script)
