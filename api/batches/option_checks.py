"""Checks of options that depend on how this server is configured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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


def check_model(options: BatchOptions, settings: Settings) -> list[str]:
    """Return what is wrong with the prompt in `options`: at most one sentence.

    Only a language model can do what a prompt asks for.
    """
    if not options.prompt or settings.has_model:
        return []
    return [
        "prompt: this server has no language model that could answer it (SPIDRA_LLM_MODEL). "
        "Without a prompt, a schema is filled from what the page declares about itself."
    ]


def model_warnings(schema: Mapping[str, Any] | None, settings: Settings) -> list[str]:
    """Return what a client that sends `schema` must know of the model: at most one sentence."""
    if not schema or settings.has_model:
        return []
    return [
        "schema: this server has no language model (SPIDRA_LLM_MODEL); the result is filled from "
        "what the page declares about itself."
    ]


def check_secrets(body: RequestBody, settings: Settings) -> list[str]:
    """Return a sentence for each secret in `body` that this server has no key to seal with."""
    if settings.secret_key:
        return []
    return [
        f"{body.alias_of(name)}: this server takes none, since it has no key to seal them with "
        "(SPIDRA_SECRET_KEY)."
        for name in body.secrets
    ]
