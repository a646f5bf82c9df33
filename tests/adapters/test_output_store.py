"""What did not fit an answer is kept for its owner, for a while, and up to a size."""

from kubeport.adapters.clock import StoppedClock
from kubeport.adapters.output_store import MemoryOutputStore


def test_a_text_comes_back_to_its_owner_only() -> None:
    """A handle of another caller is not found, as one that never was."""
    store = MemoryOutputStore(StoppedClock(), 100, 60)
    handle = store.put("text", "ann")
    assert store.get(handle, "ann") == "text"
    assert store.get(handle, "bob") is None
    assert store.get("nonsense", "ann") is None


def test_entries_expire() -> None:
    """After its time an entry is gone."""
    clock = StoppedClock()
    store = MemoryOutputStore(clock, 100, 60)
    handle = store.put("text", "")
    clock.advance(59)
    assert store.get(handle, "") == "text"
    clock.advance(1)
    assert store.get(handle, "") is None


def test_the_size_is_bounded() -> None:
    """Older entries make room for newer ones; one that is too large is cut."""
    store = MemoryOutputStore(StoppedClock(), 10, 60)
    first, second = store.put("a" * 6, ""), store.put("b" * 4, "")
    third = store.put("c" * 6, "")
    assert store.get(first, "") is None
    assert (store.get(second, ""), store.get(third, "")) == ("b" * 4, "c" * 6)
    assert store.get(store.put("d" * 20, ""), "") == "d" * 10


def test_handles_cannot_be_guessed() -> None:
    """They are random: twelve characters, never the same."""
    store = MemoryOutputStore(StoppedClock(), 100_000, 60)
    handles = {store.put("x", "") for _ in range(500)}
    assert len(handles) == 500 and {len(handle) for handle in handles} == {12}
