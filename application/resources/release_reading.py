"""Reading a Helm release: its revisions, and what its manifest is made of."""

from ...domain.errors import CommandError, ExecutionFailed
from ...domain.manifest import ManifestObject
from ...domain.resources.bounds import cut_text
from ...domain.resources.release import ReleaseSeen, release_summary
from ...domain.resources.tree import Tree
from ...domain.resources.uri import ResourceUri
from .asking import Answer, Asking, together


async def release_json(asking: Asking, uri: ResourceUri) -> str:
    """The summary of a release.

    Raises:
        KubeportError: its history cannot be read.
    """
    answer, (manifest,) = await together(
        asking("helm", "history", uri.name, "--max=10", "-o", "json"),
        asking.may("children", "helm", "get", "manifest", uri.name),
    )
    history = _history(answer)
    return release_summary(ReleaseSeen(uri, history, _objects(asking, manifest), asking.unread))


async def release_yaml(asking: Asking, uri: ResourceUri) -> str:
    """The manifest of the newest revision, bounded.

    Raises:
        KubeportError: it cannot be read.
    """
    answer = await asking("helm", "get", "manifest", uri.name)
    return cut_text(answer.text, cut=answer.cut)


def _history(answer: Answer) -> tuple[Tree, ...]:
    found = Tree.of(answer.text).items()
    if not found:
        raise ExecutionFailed("What helm printed is no history of a release.", reason="unreadable")
    return found


def _objects(asking: Asking, manifest: str) -> tuple[ManifestObject, ...]:
    """The objects in *manifest*; one that was cut may end in the middle of a document."""
    if "children" in asking.unread:
        return ()
    try:
        return asking.run.manifests.read(manifest)
    except CommandError as error:
        asking.unread["children"] = f"The manifest cannot be read: {error.message}"
        return ()
