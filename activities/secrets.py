"""The activity that forgets what a batch was told in confidence."""

from __future__ import annotations

from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.items import FORGET_SECRETS, ForgetInput
from storage.bucket import StorageUnavailableError
from storage.vault import Vault


class SecretActivities:
    """The secrets in `vault`."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    @activity.defn(name=FORGET_SECRETS)
    async def forget_secrets(self, generation: ForgetInput) -> None:
        """Deletes the secrets of a generation that has ended. Safe to repeat.

        Raises `ApplicationError` if the bucket is out of reach.
        """
        try:
            await self._vault.delete(generation.batch_id, generation.generation)
        except StorageUnavailableError:
            raise ApplicationError(
                "The bucket is out of reach.", type="STORAGE_UNAVAILABLE"
            ) from None
