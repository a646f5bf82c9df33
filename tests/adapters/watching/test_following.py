"""A watch goes on whatever the API server says, asks for metadata only, and tells nothing twice."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.adapters.watcher_contract import Heard
from tests.adapters.watching.api import Answer, Api, expired, line, metadata

from kubeport.adapters.watching import following
from kubeport.adapters.watching.answers import MANY, MAX_LINE, ONE
from kubeport.adapters.watching.timing import Timing
from kubeport.application.ports import Change, WatchPlace
from kubeport.domain.errors import ExecutionFailed

pytestmark = pytest.mark.anyio
PLACE = WatchPlace("here", "default", "configmaps")
NONSENSE = {
    "410": Answer(status=410),
    "410 as an event": Answer(expired()),
    "error without a code": Answer(b'{"type":"ERROR","object":{}}\n'),
    "404": Answer(status=404),
    "429": Answer(status=429),
    "500": Answer(status=500),
    "503": Answer(status=503),
    "redirect": Answer(status=307, headers=("Location: http://127.0.0.1:1/",)),
    "compressed": Answer(b"{}\n", headers=("Content-Encoding: gzip",)),
    "no JSON": Answer(b"no json\n"),
    "no text": Answer(b"\xff\xfe\n"),
    "deep": Answer(b"[" * 100_000 + b"\n"),
    "an array": Answer(b"[]\n"),
    "nothing in it": Answer(b"{}\n"),
    "no object": Answer(b'{"type":"ADDED"}\n'),
    "a whole object": Answer(line("ADDED", {"kind": "Secret", "data": {"a": "b"}})),
    "unknown type": Answer(line("NEW", metadata("x", "x", 1))),
    "no name": Answer(line("ADDED", metadata("", "x", 1))),
    "endless line": Answer(b"x" * (MAX_LINE + 1), open=True),
}


def changed(name: str, **how: bool) -> Change:
    """What is told of the object *name*."""
    return Change("default", name, **how)


async def test_only_metadata_is_asked_for(tmp_path: Path) -> None:
    """There is no form of answer in which an object's data could come."""
    async with Api() as api:
        watcher = api.watcher(tmp_path)
        await watcher.watch(PLACE, Heard())
        await watcher.aclose()
    about = [(one.header("Accept"), one.query) for one in api.asked if one.path.endswith("/configmaps")]
    assert [accept for accept, _ in about] == [[MANY], [ONE]]
    assert about[1][1] == {
        "watch": "true", "allowWatchBookmarks": "true", "resourceVersion": "100", "timeoutSeconds": "300",
    }  # fmt: skip


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
async def test_after_any_nonsense_it_lists_again(tmp_path: Path, answer: Answer) -> None:
    """What changed meanwhile is told once, and the watch goes on from there."""
    async with Api() as api:
        for name in ("changes", "goes", "stays"):
            api.put(name)
        heard, watcher = Heard(), api.watcher(tmp_path)
        await watcher.watch(PLACE, heard)
        await api.until_watched()
        api.watches.append(answer)
        api.put("changes")
        api.take("goes")
        api.put("comes")
        api.end()
        await heard.until(changed("goes", gone=True))
        await api.say(line("MODIFIED", api.objects["comes"]) + line("MODIFIED", api.put("stays")))
        told = await heard.until(changed("stays"))
        await watcher.aclose()
    assert told == [
        changed("changes"), changed("comes", new=True), changed("goes", gone=True), changed("stays"),
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["end", "reset"])
async def test_after_the_end_of_a_stream_it_goes_on_from_the_last_version(tmp_path: Path, how: str) -> None:
    """Nothing is listed anew; a bookmark moves the version on, too."""
    async with Api() as api:
        heard, watcher = Heard(), api.watcher(tmp_path)
        await watcher.watch(PLACE, heard)
        await api.say(line("ADDED", api.put("one")) + line("BOOKMARK", metadata("", "", 777)))
        await heard.until(changed("one", new=True))
        await asyncio.sleep(0.05)
        getattr(api, how)()
        await api.say(line("MODIFIED", metadata("one", "uid-one", 778)))
        await heard.until(changed("one"))
        await watcher.aclose()
    asked = [one.query for one in api.asked if one.path.endswith("/configmaps")]
    assert [query.get("resourceVersion") for query in asked] == [None, "100", "777"]


async def test_what_is_known_is_not_told_again(tmp_path: Path) -> None:
    """The same version of an object, and the end of what was never there, are no news."""
    async with Api() as api:
        known = api.put("known")
        heard, watcher = Heard(), api.watcher(tmp_path)
        await watcher.watch(PLACE, heard)
        gone = line("DELETED", metadata("never", "x", 5))
        await api.say(line("ADDED", known) + line("MODIFIED", known) + gone + line("ADDED", api.put("last")))
        assert await heard.until(changed("last", new=True)) == [changed("last", new=True)]
        await watcher.aclose()


async def test_one_that_went_and_came_again_unseen_is_told_so(tmp_path: Path) -> None:
    """Another uid under the same name is another object."""
    async with Api() as api:
        api.put("again")
        heard, watcher = Heard(), api.watcher(tmp_path)
        await watcher.watch(PLACE, heard)
        await api.until_watched()
        api.watches.append(Answer(status=410))
        api.put("again", "another")
        api.end()
        told = await heard.until(changed("again", new=True))
        await watcher.aclose()
    assert told == [changed("again", gone=True), changed("again", new=True)]


async def test_a_list_is_read_in_pages(tmp_path: Path) -> None:
    """All of 1,200 objects are known, in three pages."""
    async with Api() as api:
        for number in range(1200):
            api.put(f"n{number:04}")
        heard, watcher = Heard(), api.watcher(tmp_path)
        await watcher.watch(PLACE, heard)
        await api.say(line("MODIFIED", api.put("n1199")))
        assert await heard.until(changed("n1199")) == [changed("n1199")]
        await watcher.aclose()
    pages = [one for one in api.asked if "limit" in one.query]
    assert [one.query.get("continue") for one in pages] == [None, "n0500", "n1000"]


async def test_a_page_that_is_too_large_is_asked_for_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is bounded by bytes, too, not only by the number of objects."""
    monkeypatch.setattr(following, "MAX_PAGE", 20_000)
    async with Api() as api:
        for number in range(120):
            api.put(f"n{number:04}", long="x" * 100)
        heard, watcher = Heard(), api.watcher(tmp_path)
        await watcher.watch(PLACE, heard)
        await watcher.aclose()
    assert {one.query["limit"] for one in api.asked if "limit" in one.query} == {"500", "50"}


async def test_no_part_is_small_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server whose every object is huge is no API server."""
    monkeypatch.setattr(following, "MAX_PAGE", 50)
    async with Api() as api:
        api.put("one")
        watcher = api.watcher(tmp_path)
        with pytest.raises(ExecutionFailed, match="more than 50 bytes"):
            await watcher.watch(PLACE, Heard())
        await watcher.aclose()


async def test_there_may_be_too_many_objects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered has a bound; beyond it one namespace has to do."""
    monkeypatch.setattr(following, "MAX_OBJECTS", 600)
    async with Api() as api:
        for number in range(1200):
            api.put(f"n{number:04}")
        watcher = api.watcher(tmp_path)
        with pytest.raises(ExecutionFailed, match="too many to watch") as caught:
            await watcher.watch(PLACE, Heard())
        await watcher.aclose()
    assert caught.value.reason == "too_many"


async def test_a_release_is_one_whatever_its_revisions(tmp_path: Path) -> None:
    """Secrets of helm are asked for by label and type; unseen revisions are one change."""
    async with Api() as api:
        api.put("sh.helm.release.v1.shop.v1", name="shop")
        heard, watcher = Heard(), api.watcher(tmp_path)
        await watcher.watch(WatchPlace("here", "default", "releases"), heard)
        await api.until_watched()
        api.watches.append(Answer(status=410))
        for revision in (1, 2, 3):
            api.put(f"sh.helm.release.v1.shop.v{revision}", name="shop")
        api.end()
        await heard.until(changed("shop"))
        gone = [line("DELETED", api.take(f"sh.helm.release.v1.shop.v{n}")) for n in (1, 2, 3)]
        await api.say(b"".join(gone))
        told = await heard.until(changed("shop", gone=True))
        await watcher.aclose()
    assert told == [changed("shop")] * 3 + [changed("shop", gone=True)]
    asked = api.asked[0]
    assert (asked.path, asked.query["labelSelector"], asked.query["fieldSelector"]) == (
        "/api/v1/namespaces/default/secrets", "owner=helm", "type=helm.sh/release.v1",
    )  # fmt: skip


async def test_a_listener_that_fails_does_not_end_the_watch(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The failure is logged, and the next change is told."""
    heard = Heard()

    def listen(change: Change) -> None:
        heard(change)
        raise RuntimeError("mine")

    async with Api() as api:
        watcher = api.watcher(tmp_path)
        await watcher.watch(PLACE, listen)
        await api.say(line("ADDED", api.put("one")) + line("ADDED", api.put("two")))
        await heard.until(changed("two", new=True))
        await watcher.aclose()
    assert "A listener to configmaps in context here failed" in caplog.text


async def test_a_server_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    """Starting has a time limit, however the server behaves."""
    async with Api() as api:
        api.lists.append(Answer(open=True))
        watcher = api.watcher(tmp_path, Timing(start=0.2))
        with pytest.raises(ExecutionFailed, match="cannot be reached"):
            await watcher.watch(PLACE, Heard())
        assert watcher.watching == 0
        await watcher.aclose()


async def test_a_version_that_is_always_too_old_is_given_up(tmp_path: Path) -> None:
    """Expiry is no failure by itself, but a watch has to begin at last."""
    async with Api() as api:
        api.watches.extend([Answer(status=410)] * 1000)
        watcher = api.watcher(tmp_path, Timing(start=0.3))
        with pytest.raises(ExecutionFailed, match="cannot be reached"):
            await watcher.watch(PLACE, Heard())
        await watcher.aclose()
    assert len(api.asked) < 20


async def test_a_loss_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Not at each try; and its end is, too."""
    caplog.set_level("INFO", "kubeport.watching")
    async with Api() as api:
        watcher = api.watcher(tmp_path)
        heard = Heard()
        await watcher.watch(PLACE, heard)
        await api.until_watched()
        api.lists.extend([Answer(status=503)] * 3)
        api.watches.append(Answer(status=503))
        api.end()
        await api.until_watched()
        await api.say(line("ADDED", api.put("one")))
        await heard.until(changed("one", new=True))
        await watcher.aclose()
    ours = [record.message for record in caplog.records if record.name == "kubeport.watching"]
    assert [message.partition(" in ")[0] for message in ours] == ["The watch of configmaps"] * 2
    assert ours[1].endswith("goes on.")


async def test_over_plain_http_no_credentials_go_out(tmp_path: Path) -> None:
    """As with kubectl: a token is for TLS only. In whose name to act is said all the same."""
    async with Api() as api:
        user: dict[str, Any] = {"token": "secret", "as": "jane", "as-groups": ["devs", "qa"]}
        watcher = api.watcher(tmp_path, **user)
        await watcher.watch(PLACE, Heard())
        await watcher.watch(WatchPlace("here", "default", "configmaps", "joe", ("ops",)), Heard())
        await watcher.aclose()
    assert not any(one.header("Authorization") for one in api.asked)
    said = [(one.header("Impersonate-User"), one.header("Impersonate-Group")) for one in api.asked]
    assert said[:3] == [(["jane"], ["devs", "qa"])] * 3
    assert said[-2:] == [(["joe"], ["ops"])] * 2


@pytest.mark.parametrize("place", [
    WatchPlace("here", "default", "configmaps", "joe\r\nX-Evil: 1"),
    WatchPlace("here", "../kube-system", "configmaps"),
    WatchPlace("here", "a/b", "configmaps"),
])  # fmt: skip
async def test_what_no_name_can_be_is_not_sent(tmp_path: Path, place: WatchPlace) -> None:
    """Neither a header nor a path can be made up by a name."""
    async with Api() as api:
        watcher = api.watcher(tmp_path)
        with pytest.raises(ExecutionFailed) as caught:
            await watcher.watch(place, Heard())
        await watcher.aclose()
    assert caught.value.reason == "invalid"
    assert not any("watch" in one.query or "limit" in one.query for one in api.asked)


async def test_the_last_watch_of_a_context_closes_its_connections(tmp_path: Path) -> None:
    """The pool is gone with it, and comes back with the next watch."""
    async with Api() as api:
        watcher = api.watcher(tmp_path)
        for _ in range(2):
            first, second = await watcher.watch(PLACE, Heard()), await watcher.watch(PLACE, Heard())
            await first.stop()
            assert api.connections > 0
            await second.stop()
            await api.until_left()


async def test_a_kind_without_watch_is_said_to_have_none(tmp_path: Path) -> None:
    """Such as metrics: they can be read only."""
    async with Api() as api:
        api.verbs = ["get", "list"]
        watcher = api.watcher(tmp_path)
        with pytest.raises(ExecutionFailed, match="cannot be watched"):
            await watcher.watch(PLACE, Heard())
        await watcher.aclose()
