"""Kubeconfigs as files: odd ones, changing ones, large ones; and no credential is kept of any."""

import os
import time
from pathlib import Path

import pytest
import yaml
from tests.adapters.kubeconfig_files import SECRET, failure, reader, written
from tests.adapters.reachable import texts_kept_by, texts_kept_by_error

from kubeport.adapters import yaml_events
from kubeport.adapters.kubeconfig import YamlKubeconfig
from kubeport.adapters.yaml_events import YamlEvents
from kubeport.domain.context import ContextRef, Kubeconfig
from kubeport.domain.errors import ExecutionFailed

WITH_SECRETS = f"""\
apiVersion: v1
kind: Config
current-context: shop
preferences: {{}}
clusters:
- name: c
  cluster: {{server: "https://{SECRET}@example.com", certificate-authority-data: {SECRET}}}
users:
- name: u
  user: {{token: {SECRET}, client-key-data: "{SECRET}", password: '{SECRET}'}}
- name: e
  user:
    exec: {{command: aws, env: [{{name: KEY, value: {SECRET}}}]}}
contexts:
- name: shop
  context: {{cluster: c, user: u, namespace: web, extensions: [{{name: {SECRET}}}]}}
"""


class TestFiles:
    """What can go wrong with a file itself."""

    def test_a_folder_is_refused(self, tmp_path: Path) -> None:
        """A folder is no kubeconfig."""
        with pytest.raises(ExecutionFailed, match="not a regular file"):
            reader(tmp_path).read()

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        """A named pipe would block the server: it is refused unopened."""
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(ExecutionFailed, match="not a regular file"):
            reader(tmp_path / "pipe").read()

    def test_the_null_device_is_empty(self) -> None:
        """``KUBECONFIG=/dev/null`` is the usual way to say: none."""
        assert reader(Path(os.devnull)).read() == Kubeconfig()

    def test_a_path_below_a_file_is_an_error(self, tmp_path: Path) -> None:
        """As for kubectl, this is not the same as missing; the system's reason is told."""
        with pytest.raises(ExecutionFailed, match="Not a directory"):
            reader(written(tmp_path / "a") / "b").read()

    def test_a_path_that_is_none_is_an_error(self) -> None:
        """A NUL in a path does not escape as an exception of Python's."""
        with pytest.raises(ExecutionFailed, match="path is not valid"):
            YamlKubeconfig("a\0b").read()

    def test_an_unreadable_file_is_an_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The reason of the operating system is told (root may read all, so it is acted)."""

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        path = written(tmp_path / "a")
        monkeypatch.setattr("builtins.open", refuse)
        with pytest.raises(ExecutionFailed, match="cannot be read: Permission denied"):
            reader(path).read()


class TestCredentials:
    """Names and namespaces are all that stays."""

    def test_nothing_secret_is_kept(self, tmp_path: Path) -> None:
        """No object reachable from the reader or its answer holds a credential or an address."""
        path = tmp_path / "config"
        path.write_text(WITH_SECRETS)
        config_reader = YamlKubeconfig(str(path), {})
        config = config_reader.read()
        assert config == Kubeconfig((ContextRef("shop", "web"),), "shop")
        kept = list(texts_kept_by(config_reader, config))
        assert "shop" in kept
        assert not [text for text in kept if SECRET in text or "://" in text]

    def test_an_error_keeps_nothing_secret_either(self, tmp_path: Path) -> None:
        """Neither the error nor its causes nor the frames it came through hold the content."""
        error = failure(tmp_path / "config", WITH_SECRETS + "\t- broken")
        kept = list(texts_kept_by_error(error, "kubeport/adapters"))
        assert str(tmp_path / "config") in kept
        assert not [text for text in kept if SECRET in text]


class TestChanges:
    """A file is parsed again only when it has changed."""

    @pytest.fixture
    def parsed(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The texts parsed so far."""
        parsed = list[str]()
        original = YamlEvents.documents

        def counted(events: YamlEvents) -> object:
            parsed.append(events.text)
            return original(events)

        monkeypatch.setattr(YamlEvents, "documents", counted)
        return parsed

    def settled(self, path: Path) -> Path:
        """The file as if it had been written a minute ago."""
        minute_ago = time.time() - 60
        os.utime(path, (minute_ago, minute_ago))
        return path

    def test_an_unchanged_file_is_parsed_once(self, tmp_path: Path, parsed: list[str]) -> None:
        """The second read costs one look at the file's status."""
        config_reader = reader(self.settled(written(tmp_path / "a", (ContextRef("x"),))))
        assert config_reader.read() == config_reader.read()
        assert len(parsed) == 1

    def test_a_fresh_file_is_not_trusted(self, tmp_path: Path, parsed: list[str]) -> None:
        """Right after a change the time stamp may hide another: such a file is parsed again."""
        path = written(tmp_path / "a", (ContextRef("x"),))
        config_reader = reader(path)
        config_reader.read()
        stamp = path.stat().st_mtime_ns
        written(path, (ContextRef("y"),))
        os.utime(path, ns=(stamp, stamp))
        assert config_reader.read().names == ("y",)
        assert len(parsed) == 2

    def test_a_rewritten_file_is_seen(self, tmp_path: Path) -> None:
        """A change of content shows in the next answer."""
        path = self.settled(written(tmp_path / "a", (ContextRef("x"),)))
        config_reader = reader(path)
        before = config_reader.read().names
        written(path, (ContextRef("x"), ContextRef("y")))
        assert (before, config_reader.read().names) == (("x",), ("x", "y"))

    def test_a_replaced_file_is_seen(self, tmp_path: Path) -> None:
        """A file moved over the old one with equal size and time has another inode."""
        path = self.settled(written(tmp_path / "a", (ContextRef("x"),)))
        config_reader = reader(path)
        config_reader.read()
        other, status = written(tmp_path / "b", (ContextRef("y"),)), path.stat()
        os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
        other.replace(path)
        assert config_reader.read().names == ("y",)

    def test_a_removed_and_a_new_file_are_seen(self, tmp_path: Path) -> None:
        """Files come and go under a running server."""
        path = written(tmp_path / "a", (ContextRef("x"),))
        config_reader = reader(path)
        names = [config_reader.read().names]
        path.unlink()
        names.append(config_reader.read().names)
        written(path, (ContextRef("y"),))
        assert [*names, config_reader.read().names] == [("x",), (), ("y",)]

    def test_a_mended_file_is_seen(self, tmp_path: Path) -> None:
        """An error does not stick."""
        path = tmp_path / "a"
        path.write_text("contexts: x")
        config_reader = reader(path)
        with pytest.raises(ExecutionFailed):
            config_reader.read()
        self.settled(written(path, (ContextRef("y"),)))
        assert config_reader.read().names == ("y",)

    def test_a_changed_environment_is_seen(self, tmp_path: Path) -> None:
        """KUBECONFIG is looked up at each read."""
        environ = {"KUBECONFIG": str(written(tmp_path / "a", (ContextRef("x"),)))}
        config_reader = YamlKubeconfig(environ=environ)
        before = config_reader.read().names
        environ["KUBECONFIG"] = str(written(tmp_path / "b", (ContextRef("y"),)))
        assert (before, config_reader.read().names) == (("x",), ("y",))


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_a_huge_kubeconfig_is_read_in_time(
    loader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500 contexts with certificates take a few seconds of CPU at most, whatever the parser."""
    monkeypatch.setattr(yaml_events, "_LOADER", getattr(yaml, loader, yaml.SafeLoader))
    blob = "A" * 3000
    names = [f"cluster-{number}" for number in range(500)]
    tree = {
        "clusters": [{"name": n, "cluster": {"certificate-authority-data": blob}} for n in names],
        "users": [{"name": n, "user": {"token": "t" * 1000}} for n in names],
        "contexts": [{"name": n, "context": {"cluster": n, "user": n}} for n in names],
        "current-context": names[7],
    }
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(tree))
    start = time.process_time()
    config = reader(path).read()
    spent = time.process_time() - start
    assert (len(config.contexts), config.current) == (500, "cluster-7")
    assert spent < 20, f"{spent:.2f} s"


def test_a_bomb_of_aliases_costs_nothing(tmp_path: Path) -> None:
    """Aliases are never unfolded, so a small file cannot become a large one."""
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    path = tmp_path / "config"
    path.write_text("\n".join([*levels, "current-context: calm"]))
    assert reader(path).read().current == "calm"
