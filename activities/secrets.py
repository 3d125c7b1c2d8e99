"""The activity that deletes the secrets of a batch once the batch needs them no more."""

from __future__ import annotations

from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.items import FORGET_SECRETS, ForgetInput
from storage.bucket import StorageUnavailableError
from storage.vault import Vault


class SecretActivities:
    """The activity on the secrets in `vault`."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    @activity.defn(name=FORGET_SECRETS)
    async def forget_secrets(self, ended: ForgetInput) -> None:
        """Delete the secrets of a generation that has ended. Safe to repeat.

        Raises `ApplicationError` if the bucket cannot be reached.
        """
        try:
            await self._vault.delete(ended.batch_id, ended.generation)
        except StorageUnavailableError:
            raise ApplicationError(
                "The bucket is out of reach.", type="STORAGE_UNAVAILABLE"
            ) from None
