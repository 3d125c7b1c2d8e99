"""Structured results and answers to prompts: what a language model makes of a page.

Open `extractor` first: it turns one page into one result. `client` is the only module that talks
to the network, by the chat-completions protocol of OpenAI. `without_model` builds results where no
model is configured.

The answer of a model is never trusted. `activities.conversion.normalise` and `domain.schema` check
each answer before it becomes a result.

May import `activities.capture`, `activities.content`, `activities.conversion` and `domain`. Loads
no Playwright.
"""
