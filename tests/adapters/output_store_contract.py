"""What every adapter of ``OutputStore`` does: 1,000 bytes altogether, an entry for two seconds."""

import pytest

from kubeport.application.ports import OutputStore

from .passing import Pass


class OutputStoreContract:
    """The subclass has the fixtures ``store`` (1,000 bytes, 2 seconds) and ``let_pass``."""

    @pytest.mark.anyio
    async def test_a_text_comes_back_to_its_owner_only(self, store: OutputStore) -> None:
        """A handle of another caller is not found, as one that never was."""
        handle = await store.put("text \u00e9\n", "ann")
        assert await store.get(handle, "ann") == "text \u00e9\n"
        assert await store.get(handle, "bob") is None
        assert await store.get(handle, "") is None
        assert await store.get("nonsense", "ann") is None

    @pytest.mark.anyio
    @pytest.mark.parametrize("handle", ["", "*", "a:b", "../x", "\0", "x" * 10_000, "ann"])
    async def test_odd_handles_are_not_found(self, store: OutputStore, handle: str) -> None:
        """A handle is what a client sends: it is only ever compared."""
        await store.put("text", "ann")
        assert await store.get(handle, "ann") is None

    @pytest.mark.anyio
    async def test_entries_expire(self, store: OutputStore, let_pass: Pass) -> None:
        """After its time an entry is gone."""
        handle = await store.put("text", "ann")
        await let_pass(1)
        assert await store.get(handle, "ann") == "text"
        await let_pass(1.2)
        assert await store.get(handle, "ann") is None

    @pytest.mark.anyio
    async def test_the_size_is_bounded(self, store: OutputStore) -> None:
        """Older entries make room for newer ones; one that is too large is cut at its end."""
        first, second = await store.put("a" * 600, "ann"), await store.put("b" * 400, "ann")
        third = await store.put("c" * 600, "ann")
        assert await store.get(first, "ann") is None
        assert await store.get(second, "ann") == "b" * 400
        assert await store.get(third, "ann") == "c" * 600
        whole = await store.put("d" * 2000, "ann")
        assert await store.get(whole, "ann") == "d" * 1000

    @pytest.mark.anyio
    async def test_nobody_pushes_out_others(self, store: OutputStore) -> None:
        """The owner who has most makes room."""
        own = await store.put("a" * 100, "ann")
        last = [await store.put("b" * 300, "bob") for _ in range(10)][-1]
        assert await store.get(own, "ann") == "a" * 100
        assert await store.get(last, "bob") == "b" * 300

    @pytest.mark.anyio
    async def test_handles_cannot_be_guessed(self, store: OutputStore) -> None:
        """They are random: twelve characters, never the same."""
        handles = {await store.put("x", "") for _ in range(200)}
        assert len(handles) == 200
        assert {len(handle) for handle in handles} == {12}
