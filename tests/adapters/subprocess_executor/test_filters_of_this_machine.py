"""The real programs take our argv: no usage error, no file read, none written.

Missing programs are skipped; ``apt-get install gawk jq yq bsdextrautils`` brings them on Debian.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.enabling import enabled_or_skip

from kubeport.domain.errors import CommandError
from kubeport.domain.filters import FilterCall, parse_filter
from kubeport.domain.reading import read

CORPUS = Path(__file__).parents[2] / "corpus" / "benign.jsonl"
PACKAGES = {"column": "bsdextrautils", "sort": "coreutils", "gawk": "gawk", "jq": "jq", "yq": "yq"}
SECRET = "k5sentinel"
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "SENTINEL": SECRET}
COMPLAINTS = (
    "usage", "invalid option", "unrecognized", "unknown arg", "syntax error", "compile error",
    "expression #",
)
TEXT = "NAME READY\nweb-1 1/1\ndb 0/1\n"
OBJECT: dict[str, object] = {
    "metadata": {"name": "web", "namespace": "a", "labels": {"env": "x"}},
    "kind": "Pod",
    "spec": {"replicas": 1, "containers": [{"name": "c", "image": "a:b", "env": []}]},
    "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    "data": {"a": "b"},
}
JSON = json.dumps(OBJECT)
LINES = [json.loads(line)["command"] for line in CORPUS.read_text().splitlines()]
PIPED = [line for line in LINES if "|" in line and len(read(line).stages) > 1]
EVERYDAY = [
    "grep -5 -i --color=auto --group-separator== web", "egrep -m1 'a|b'", "fgrep -x db",
    "grep -e -x",
    "head -2", "head -c 1K -q", "tail -n +2 -z", "tail --bytes=3",
    "sort -t: -k1,1n -k 2.1,2.2r -s --check=quiet",
    "sort --sort=version -u", "uniq -D -f 1 -w 3", "uniq --group=both",
    "uniq --all-repeated=prepend",
    "wc -cmlwL", "cut -d: -f1,3- -s --output-delimiter=+", "cut -b-3 --complement", "tr -s ' ' -",
    "tr -cd a-z",
    "column -t -s: -o '' -N A,B -H A -R B", "column -x -c 40", "column -t -J -n x -N a,b,c",
    "base64", "base64 -w 0", "sed -n -E -z -u p", "sed -e 'a\\' -e x", "sed '#n'",
    "sed '/a/I,+2{s/a/b/2gpI;l 5;q5\n}'",
    "awk -F '|' -v n=1 'NR>n'", "awk 'function f(x){return x/2} {print f($2) /2}'", "awk '/[/]/'",
    "jq", "jq -n -- -1", "jq -rjacsSeRMC --tab --unbuffered .", "jq -n --args '$ARGS' a -- -b",
    "jq -n --jsonargs . 1",
    "jq -n --arg env 1 --argjson b 2 '{$env, b: $b, if: 1}'", "jq --stream -c .",
    "jq --indent 3 .data",
]
YAML = [
    "yq", "yq -r .kind", "yq e .kind", "yq -y .spec", "yq -c .", "yq -n -- -1", "yq -o json -I 1 .data",
]


def judged(stage: str) -> FilterCall:
    """What *stage* becomes behind a first stage."""
    line = read(f"kubectl get pods | {stage}")
    return parse_filter(line.stages[1], line.source)


def run(call: FilterCall, folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Run *call* in *folder* as an executor would, or skip."""
    program = shutil.which(call.program)
    if program is None:
        package = PACKAGES.get(call.program, call.program)
        enabled_or_skip(f"There is no {call.program} here.", f"apt-get install {package}")
    return subprocess.run(
        call.argv, executable=program, input=text, cwd=folder, env=ENVIRONMENT, timeout=20,
        capture_output=True, text=True, errors="replace", check=False,
    )


def assert_understood(call: FilterCall, folder: Path, text: str) -> None:
    """The program read its options and its script; data that does not fit is another matter."""
    result = run(call, folder, text)
    said = result.stderr.lower()
    assert not any(word in said for word in COMPLAINTS), (call.argv, result.stderr)
    assert result.returncode not in (2, 3), (call.argv, result.stderr)


@pytest.mark.parametrize("line", PIPED)
def test_the_program_understands_every_benign_stage(line: str, tmp_path: Path) -> None:
    """Each stage gets a sample of its own, so that one without output does not hide the next."""
    pipeline = read(line)
    for stage in pipeline.stages[1:]:
        call = parse_filter(stage, pipeline.source)
        if call.program == "yq":
            continue
        assert_understood(call, tmp_path, JSON if call.program == "jq" else TEXT)


@pytest.mark.parametrize("stage", EVERYDAY)
def test_the_program_understands_every_option_of_the_table(stage: str, tmp_path: Path) -> None:
    """Long, short, glued and repeated spellings end in an argv that the program knows."""
    call = judged(stage)
    assert_understood(call, tmp_path, JSON if call.program == "jq" else TEXT)


@pytest.mark.parametrize("stage", YAML)
def test_either_yq_understands_the_common_options(stage: str, tmp_path: Path) -> None:
    """kislyuk's and mikefarah's name some options differently; one unknown to a yq is an error."""
    result = run(judged(stage), tmp_path, JSON)
    assert result.returncode == 0 or "unknown" in result.stderr.lower(), result.stderr


WORDS = st.sampled_from(
    (
        "planted", "./planted", "/dev/stdin", "-", "--", "-n", "-e", "-f", "-o", "-i", "-r", "-c",
        "-s", "-k1", "-t", "-w",
        "--output=planted", "--file=planted", "-1", "1", ".", "p", "a", "..", "-z", "-fplanted",
        "--files0-from=-", "$0",
        "r planted", "w planted", "s/a/b/w planted", '{print > "planted"}',
        '{getline < "planted"; print}', "env",
        "$ENV", "input_filename", "[/]", "s/[/]/x/w planted", "1,2p", "--args", "--rawfile",
        "--slurpfile", "x=1",
    )
)
PROGRAMS = st.sampled_from(
    (
        "grep", "egrep", "head", "tail", "sort", "uniq", "wc", "cut", "tr", "column", "base64", "sed",
        "awk", "jq",
    )
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(PROGRAMS, st.lists(WORDS, max_size=5))
def test_no_accepted_stage_reads_or_writes_a_planted_file(
    tmp_path: Path, name: str, words: list[str]
) -> None:
    """A file that lies in the way stays as it is, and neither it nor the environment is printed."""
    planted = tmp_path / "planted"
    planted.write_text(SECRET + "\n")
    quoted = " ".join([name, *(f"'{word}'" for word in words)])
    try:
        call = judged(quoted)
    except CommandError:
        return
    result = run(call, tmp_path, TEXT)
    assert SECRET not in result.stdout + result.stderr
    assert planted.read_text() == SECRET + "\n"
    assert os.listdir(tmp_path) == ["planted"]
