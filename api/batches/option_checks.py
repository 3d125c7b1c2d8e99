"""Checks of options that depend on how this server is configured."""

from __future__ import annotations

from domain.options import BatchOptions
from domain.proxies import Proxies
from domain.request_body import RequestBody
from settings import Settings


def check_proxy(options: BatchOptions, proxies: Proxies) -> list[str]:
    """Return what is wrong with the exit that `options` ask for: at most one sentence."""
    if not options.use_proxy:
        return []
    choices = proxies.choices
    if not choices:
        return ["useProxy: no proxy exit is configured on this server (SPIDRA_PROXIES)."]
    country = options.proxy_country
    if country is None or country in choices:
        return []
    return [f"proxyCountry: this server has no exit in {country!r}; it has {', '.join(choices)}."]


def check_secrets(body: RequestBody, settings: Settings) -> list[str]:
    """Return a sentence for each secret in `body` that this server has no key to seal with."""
    if settings.secret_key:
        return []
    return [
        f"{body.alias_of(name)}: this server takes none, since it has no key to seal them with "
        "(SPIDRA_SECRET_KEY)."
        for name in body.secrets
    ]
