"""What a page fetches over the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page


@dataclass
class Traffic:
    """What came from the network: address → bytes, headers included; and the headers of each answer."""

    addresses: dict[str, str] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    cached: set[str] = field(default_factory=set)
    size: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, page: Page) -> Traffic:
        """That of a page from now on."""
        traffic, network = cls(), page.context.new_cdp_session(page)
        network.on("Network.responseReceived", traffic._told)
        network.on("Network.loadingFinished", traffic._finished)
        # What is served from memory is told apart, before its answer.
        network.on("Network.requestServedFromCache", lambda event: traffic.cached.add(event["requestId"]))
        network.send("Network.enable")
        return traffic

    def __str__(self) -> str:
        return f"{sum(self.size.values()) / 1000:.1f} KB in {len(self.size)} requests"

    def _told(self, event: dict[str, Any]) -> None:
        response = event["response"]
        self.addresses[event["requestId"]] = response["url"]
        self.headers[response["url"]] = {name.lower(): value for name, value in response["headers"].items()}
        if response.get("fromDiskCache") or response.get("fromPrefetchCache"):
            self.cached.add(event["requestId"])

    def _finished(self, event: dict[str, Any]) -> None:
        url = self.addresses.get(event["requestId"], "")
        if url.startswith("http") and event["requestId"] not in self.cached:
            self.size[url] = int(event["encodedDataLength"])
