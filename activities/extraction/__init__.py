"""Asking a language model, by the chat-completions protocol of OpenAI, what a page says.

`extractor` is what the rest of the project uses; `client` is the only module that talks to the
network. What the model answers is never believed: `nulls` and `schema_rules` have the last word.
"""
