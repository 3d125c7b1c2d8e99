"""The keys of the bucket are a stored format."""

from __future__ import annotations

from storage import keys


def test_keys_stay_as_they_are_stored() -> None:
    prefix = keys.item_prefix("batch", "item", 2, 3)
    assert keys.request_key("batch") == "batches/batch/request.json"
    assert keys.result_key(prefix) == "batches/batch/item/2-3/result.json"
    assert keys.screenshot_key(prefix) == "batches/batch/item/2-3/screenshot.png"
    assert keys.checkpoint_key("batch", "item") == "checkpoints/batch/item.json"
    assert keys.secrets_key("batch", 2) == "secrets/batch/2"


def test_only_keys_of_secrets_are_parsed() -> None:
    assert keys.parse_secrets_key(keys.secrets_key("batch", 2)) == ("batch", 2)
    assert keys.parse_secrets_key("secrets/batch/two") is None
    assert keys.parse_secrets_key("batches/batch/2") is None
