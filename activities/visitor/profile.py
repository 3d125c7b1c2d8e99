"""Who visits a site: one plausible computer with a Chrome, in the country that it is seen from.

The same in headers and scripts, with a browser and without. The system and what it can do are
those of the worker, since much would contradict anything else.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from activities.visitor.locales import PLACES

_FALLBACK_LOCALE = "en-US"

_POSITION_SPREAD = 0.04
"""Degrees within which positions in a city differ: about four kilometres."""

_PLATFORM = "Linux"

_ARCHITECTURES = {"x86_64": "x86", "amd64": "x86", "aarch64": "arm", "arm64": "arm"}
"""Processor architectures, as client hints call them."""


@dataclass(frozen=True)
class Device:
    """A computer of which there are many."""

    screen: tuple[int, int]
    """Pixels; more than the window takes."""
    maker: str
    chip: str
    """Of its graphics, as the driver calls them."""
    opengl: str

    @property
    def webgl_vendor(self) -> str:
        """`UNMASKED_VENDOR_WEBGL`."""
        return f"Google Inc. ({self.maker})"

    @property
    def webgl_renderer(self) -> str:
        """`UNMASKED_RENDERER_WEBGL`."""
        return f"ANGLE ({self.maker}, {self.chip}, OpenGL {self.opengl})"


DEVICES = (
    Device((1920, 1080), "Intel", "Mesa Intel(R) UHD Graphics 620 (KBL GT2)", "4.6"),
    Device((1920, 1200), "Intel", "Mesa Intel(R) Xe Graphics (TGL GT2)", "4.6"),
    Device((2560, 1440), "Intel", "Mesa Intel(R) UHD Graphics 630 (CFL GT2)", "4.6"),
    Device((1920, 1080), "Intel", "Mesa Intel(R) Graphics (ADL GT2)", "4.6"),
    Device((1920, 1080), "NVIDIA Corporation", "NVIDIA GeForce GTX 1650/PCIe/SSE2", "4.5.0"),
    Device((2560, 1440), "NVIDIA Corporation", "NVIDIA GeForce RTX 3060/PCIe/SSE2", "4.5.0"),
)


@dataclass(frozen=True)
class VisitorProfile:
    """What a visitor says, in all ways in which it can be asked. Made by `profile_for`."""

    device: Device
    languages: tuple[str, ...]
    """The preferred one first."""
    timezone: str | None
    """Its name in the tz database; None for that of the worker."""
    position: tuple[float, float] | None
    """Latitude and longitude; None if nobody knows."""

    @property
    def accept_language(self) -> str:
        """The header of a Chrome with these languages."""
        return ",".join(
            language if number == 0 else f"{language};q={1 - number / 10:.1f}"
            for number, language in enumerate(self.languages)
        )


def profile_for(country: str | None, seed: str) -> VisitorProfile:
    """The visitor from `country`, a code of `activities.visitor.locales.PLACES`, that `seed`
    stands for: the same for the same seed. None for a country that nobody knows."""
    numbers = _numbers(seed)
    device = DEVICES[next(numbers) % len(DEVICES)]
    place = None if country is None else PLACES.get(country)
    if place is None:
        return VisitorProfile(device, _languages(_FALLBACK_LOCALE), None, None)
    latitude, longitude = (
        round(centre + _POSITION_SPREAD * (next(numbers) / 2**15 - 1), 5)
        for centre in (place.latitude, place.longitude)
    )
    return VisitorProfile(device, _languages(place.locale), place.timezone, (latitude, longitude))


def user_agent(major: int) -> str:
    """What Chrome says, which has left out details of versions and systems for years."""
    return (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{major}.0.0.0 Safari/537.36"
    )


def client_hints(version: str) -> dict[str, Any]:
    """What `navigator.userAgentData` tells of a Chrome with that version, by the names there."""
    major = int(version.partition(".")[0])
    brands = list(_brands(major))
    return {
        "brands": [{"brand": name, "version": short} for name, short in brands],
        "fullVersionList": [
            {"brand": name, "version": version if short == str(major) else f"{short}.0.0.0"}
            for name, short in brands
        ],
        "uaFullVersion": version,
        "platform": _PLATFORM,
        "platformVersion": "",  # Chrome has none to tell on Linux
        "architecture": _ARCHITECTURES.get(platform.machine().lower(), ""),
        "bitness": "64",
        "model": "",
        "mobile": False,
        "wow64": False,
        "formFactors": ["Desktop"],
    }


def hint_headers(major: int) -> dict[str, str]:
    """The client hints that Chrome sends without being asked, in its order."""
    return {
        "sec-ch-ua": ", ".join(f'"{name}";v="{version}"' for name, version in _brands(major)),
        "sec-ch-ua-mobile": "?0",
        "sec-ch-ua-platform": f'"{_PLATFORM}"',
    }


_ORDERS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
_PUNCTUATION = (" ", "(", ":", "-", ".", "/", ")", ";", "=", "?", "_")
_MADE_UP_VERSIONS = ("8", "99", "24")


def _brands(major: int) -> Iterator[tuple[str, str]]:
    """Chrome's brands and their versions. One is made up and the order varies, both by version, so
    that nobody relies on them (Chromium, `components/embedder_support/user_agent_utils.cc`)."""
    first, second = (_PUNCTUATION[(major + n) % len(_PUNCTUATION)] for n in (0, 1))
    listed = (
        (f"Not{first}A{second}Brand", _MADE_UP_VERSIONS[major % len(_MADE_UP_VERSIONS)]),
        ("Chromium", str(major)),
        ("Google Chrome", str(major)),
    )
    places = _ORDERS[major % len(_ORDERS)]
    return (entry for _, entry in sorted(zip(places, listed, strict=True)))


def _languages(locale: str) -> tuple[str, ...]:
    """Those that a Chrome in that locale asks for: it, its language, and English."""
    return tuple(dict.fromkeys((locale, locale.partition("-")[0], "en-US", "en")))


def _numbers(seed: str) -> Iterator[int]:
    """Numbers below 65,536, the same for the same seed."""
    digest = hashlib.sha256(seed.encode()).digest()
    return (int.from_bytes(digest[at : at + 2]) for at in range(0, len(digest), 2))
