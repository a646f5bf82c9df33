"""The real kubectl answers our canonical argument list as it answers the words that were written."""

import json
import re
from pathlib import Path

import pytest
from tests.cluster.conftest import Kubectl

from kubeport.domain.errors import CommandError
from kubeport.domain.reading import read
from kubeport.domain.tools.grammar import Meaning
from kubeport.domain.understanding import understand

CORPUS = Path(__file__).parents[1] / "corpus" / "benign.jsonl"
ROWS = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
# Left out: what waits for something, and logs, which may have grown between the two runs.
LONG = re.compile(r"\bwait |rollout status|--timeout|logs ")
READS = [
    row
    for row in ROWS
    if row["tool"] == "kubectl" and row["level"] == "read-only" and not LONG.search(row["command"])
]
AGES = re.compile(r"\b[0-9]+(?:y|d|h|m|s|ms)(?:[0-9]+(?:d|h|m|s))?\b|\(x[0-9]+ over|\s+")


@pytest.fixture(scope="module")
def kubectl_of_the_corpus(admin: Kubectl, tmp_path_factory: pytest.TempPathFactory) -> Kubectl:
    """kubectl with the contexts that the corpus names."""
    text = Path(admin.environ["KUBECONFIG"]).read_text(encoding="utf-8")
    config = tmp_path_factory.mktemp("corpus") / "config"
    config.write_text(text, encoding="utf-8")
    kubectl = Kubectl(admin.program, {**admin.environ, "KUBECONFIG": str(config)})
    found = json.loads(kubectl.output("config", "view", "--minify", "-o=json"))["contexts"][0]["context"]
    same = (f"--cluster={found['cluster']}", f"--user={found['user']}")
    for name in ("kind-dev", "staging"):
        kubectl.output("config", "set-context", name, *same)
    return kubectl


def answer(kubectl: Kubectl, argv: tuple[str, ...]) -> tuple[int, str, str]:
    """Exit code, output and errors, without what depends on the moment."""
    done = kubectl(*argv)
    return done.returncode, AGES.sub(" ", done.stdout), AGES.sub(" ", done.stderr)


def placed(row: dict[str, str]) -> tuple[str, ...]:
    """Our argument list with the target that the line itself names."""
    call = understand(row["command"], "kubectl").call
    uses = (call.with_meaning(Meaning.CONTEXT), call.with_meaning(Meaning.NAMESPACE))
    return call.argv(*(f"--{use.flag.name}={use.value}" for use in uses if use))[1:]


@pytest.mark.parametrize("row", READS, ids=[row["id"] for row in READS])
def test_same_answer(row: dict[str, str], kubectl_of_the_corpus: Kubectl, namespace: str) -> None:
    """Exit code, output and error are those of the command as it was written."""
    written = read(row["command"]).stages[0].texts
    words = written[1:] if written[0] == "kubectl" else written
    assert answer(kubectl_of_the_corpus, placed(row)) == answer(kubectl_of_the_corpus, words)


def test_what_cannot_be_read_is_not_run() -> None:
    """A line that the grammar does not know has no argument list at all."""
    with pytest.raises(CommandError):
        understand("kubectl get pods --no-such-flag", "kubectl")
