"""The visitor that a site sees: a plausible computer with Chrome, in the country of the exit.

Headers and scripts tell the same, with a browser and without one. The operating system is that of
the worker, because too many details would contradict another system.
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
"""Degrees by which positions in a city differ: about four kilometres."""

_PLATFORM = "Linux"

_ARCHITECTURES = {"x86_64": "x86", "amd64": "x86", "aarch64": "arm", "arm64": "arm"}
"""Name in client hints, by name of the processor architecture."""


@dataclass(frozen=True)
class Device:
    """A common computer."""

    screen: tuple[int, int]
    """Width and height in pixels, larger than the browser window."""
    maker: str
    """Maker of the graphics card, as the driver says it."""
    chip: str
    """Model of the graphics card, as the driver says it."""
    opengl: str
    """Version of OpenGL."""

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
    """What a visitor says about itself. `profile_for` makes it."""

    device: Device
    languages: tuple[str, ...]
    """Languages of the browser, the preferred language first."""
    timezone: str | None
    """Name in the tz database; None for the time zone of the worker."""
    position: tuple[float, float] | None
    """Latitude and longitude; None if the country is not known."""

    @property
    def accept_language(self) -> str:
        """Value of the header `Accept-Language` of a Chrome with these languages."""
        return ",".join(
            language if number == 0 else f"{language};q={1 - number / 10:.1f}"
            for number, language in enumerate(self.languages)
        )


def profile_for(country: str | None, seed: str) -> VisitorProfile:
    """Return the profile of a visitor from `country`, always the same for the same `seed`.

    `country` is a key of `activities.visitor.locales.PLACES`, or None if it is not known.
    """
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
    """Return the user agent of Chrome, which tells no details of version and system."""
    return (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{major}.0.0.0 Safari/537.36"
    )


def client_hints(version: str) -> dict[str, Any]:
    """Return the content of `navigator.userAgentData` in a Chrome with that version."""
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
        "platformVersion": "",  # Chrome on Linux tells none
        "architecture": _ARCHITECTURES.get(platform.machine().lower(), ""),
        "bitness": "64",
        "model": "",
        "mobile": False,
        "wow64": False,
        "formFactors": ["Desktop"],
    }


def hint_headers(major: int) -> dict[str, str]:
    """Return the client hints that Chrome sends with every request, in its order."""
    return {
        "sec-ch-ua": ", ".join(f'"{name}";v="{version}"' for name, version in _brands(major)),
        "sec-ch-ua-mobile": "?0",
        "sec-ch-ua-platform": f'"{_PLATFORM}"',
    }


_ORDERS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
_PUNCTUATION = (" ", "(", ":", "-", ".", "/", ")", ";", "=", "?", "_")
_MADE_UP_VERSIONS = ("8", "99", "24")


def _brands(major: int) -> Iterator[tuple[str, str]]:
    """Yield the brands of Chrome and their versions.

    One brand is made up, and the order varies. Both depend on the version, so that sites do not
    rely on them (Chromium, `components/embedder_support/user_agent_utils.cc`).
    """
    first, second = (_PUNCTUATION[(major + n) % len(_PUNCTUATION)] for n in (0, 1))
    listed = (
        (f"Not{first}A{second}Brand", _MADE_UP_VERSIONS[major % len(_MADE_UP_VERSIONS)]),
        ("Chromium", str(major)),
        ("Google Chrome", str(major)),
    )
    places = _ORDERS[major % len(_ORDERS)]
    return (entry for _, entry in sorted(zip(places, listed, strict=True)))


def _languages(locale: str) -> tuple[str, ...]:
    """Return the languages of a Chrome in `locale`: the locale, its language, and English."""
    return tuple(dict.fromkeys((locale, locale.partition("-")[0], "en-US", "en")))


def _numbers(seed: str) -> Iterator[int]:
    """Yield numbers below 65,536, always the same for the same seed."""
    digest = hashlib.sha256(seed.encode()).digest()
    return (int.from_bytes(digest[at : at + 2]) for at in range(0, len(digest), 2))
