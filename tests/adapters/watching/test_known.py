"""What is told follows from what was known: every change once, and in any order of hearing and listing."""

from hypothesis import given
from hypothesis import strategies as st

from kubeport.adapters.watching.answers import Event, Meta
from kubeport.adapters.watching.known import Known
from kubeport.application.ports import Change

NAMES = st.sampled_from(["a", "b", "c"])
STEPS = st.lists(st.tuples(st.sampled_from(["put", "take", "hear", "list"]), NAMES), max_size=40)


class World:
    """A cluster of three ConfigMaps, and what a listener believes of it."""

    def __init__(self) -> None:
        self.objects: dict[str, Meta] = {}
        self.events: list[Event] = []
        self.believed: set[str] = set()
        self.version = 0
        self.known = Known()

    def put(self, name: str) -> None:
        """Create or change an object."""
        self.version += 1
        uid = self.objects[name].uid if name in self.objects else f"u{self.version}"
        self.objects[name] = Meta("n", name, uid, str(self.version))
        self.events.append(Event(str(self.version), self.objects[name]))

    def take(self, name: str) -> None:
        """Delete an object, if it is there."""
        self.version += 1
        if (gone := self.objects.pop(name, None)) is not None:
            self.events.append(Event(str(self.version), gone, gone=True))

    def hear(self) -> None:
        """Tell the events since the last time, one by one; the last of them twice."""
        for event in [*self.events, *self.events[-1:]]:
            if (change := self.known.hear(event)) is not None:
                self.believe(change)
        self.events.clear()

    def list(self) -> None:
        """Lose the events, and list instead."""
        self.events.clear()
        for change in self.known.replace(self.objects.values()):
            self.believe(change)
        assert self.known.replace(self.objects.values()) == []

    def believe(self, change: Change) -> None:
        """What is new was not there, and what changed or is gone was."""
        assert (change.name in self.believed) is not change.new
        self.believed.add(change.name)
        if change.gone:
            self.believed.remove(change.name)


@given(STEPS)
def test_who_listens_knows_what_is_there(steps: list[tuple[str, str]]) -> None:
    """However events and lists alternate, the listener's belief is the cluster, at the end."""
    world = World()
    for verb, name in steps:
        if verb in ("put", "take"):
            getattr(world, verb)(name)
        else:
            getattr(world, verb)()
    world.hear()
    assert world.believed == set(world.objects)
    assert len(world.known) == len(world.objects)


def secret(release: str, revision: int, version: int = 1) -> Meta:
    """The Secret of one revision."""
    name = f"sh.helm.release.v1.{release}.v{revision}"
    return Meta("n", name, f"uid-{name}", str(version), release)


def test_a_release_is_told_once_for_all_its_revisions() -> None:
    """New with the first Secret, gone with the last, changed in between."""
    known, change = Known(releases=True), Change("n", "shop")
    known.fill([secret("shop", 1), secret("shop", 2), secret("other", 1)])
    assert known.replace([secret("shop", 2, 2), secret("shop", 3), secret("other", 1)]) == [change]
    assert known.replace([secret("other", 1)]) == [Change("n", "shop", gone=True)]
    assert known.replace([secret("shop", 1), secret("other", 1)]) == [Change("n", "shop", new=True)]


def test_a_release_is_gone_with_its_last_secret() -> None:
    """Not with an old revision that helm cuts off."""
    known = Known(releases=True)
    known.fill([secret("shop", 1), secret("shop", 2)])
    told = [known.hear(Event("9", secret("shop", revision), gone=True)) for revision in (1, 2, 2)]
    assert told == [Change("n", "shop"), Change("n", "shop", gone=True), None]
    assert known.hear(Event("10", secret("shop", 1))) == Change("n", "shop", new=True)


def test_a_secret_without_the_label_is_told_under_its_own_name() -> None:
    """It is not of helm's making, and told all the same."""
    known = Known(releases=True)
    assert known.hear(Event("1", Meta("n", "odd", "u", "1"))) == Change("n", "odd", new=True)
