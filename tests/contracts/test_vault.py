"""The vaults that come with Scrubjay keep the contract, the twin in memory as the folder does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scrubjay.testing.contracts.vault import VaultContract
from scrubjay.vault import Vault
from scrubjay.vault.folder import FolderVault
from scrubjay.vault.memory import MemoryKeys, MemoryVault


class TestMemoryVault(VaultContract):
    """The twin."""

    @pytest.fixture
    def vault(self, keys: MemoryKeys) -> Vault:
        """A vault with nothing in it."""
        return MemoryVault(keys)


class TestFolderVault(VaultContract):
    """Files."""

    @pytest.fixture
    def vault(self, keys: MemoryKeys, tmp_path: Path) -> Iterator[Vault]:
        """A vault with nothing in it."""
        vault = FolderVault(tmp_path / "vault", keys)
        yield vault
        vault.close()


class TestFolderVaultWithKeysElsewhere(VaultContract):
    """Files, and wrapped data keys in a folder of their own."""

    @pytest.fixture
    def vault(self, keys: MemoryKeys, tmp_path: Path) -> Iterator[Vault]:
        """A vault with nothing in it."""
        vault = FolderVault(tmp_path / "vault", keys, key_folder=tmp_path / "keys")
        yield vault
        vault.close()
