"""What the grammar of helm allows, at which level, and what it refuses."""

import pytest

from kubeport.domain.effect import Effect
from kubeport.domain.errors import CommandError
from kubeport.domain.reading import read
from kubeport.domain.tools.grammar import Meaning, Sensitivity
from kubeport.domain.tools.helm import HELM
from kubeport.domain.tools.invocation import Invocation
from kubeport.domain.tools.parsing import parse


def call_of(line: str) -> Invocation:
    """Parse *line*, which begins behind the word ``helm``."""
    return parse(HELM, read(line).stages[0].words, line)


READ = (
    "list -A", "ls -Aq", "list -a --max 50 --offset 10", "list -f '^web-(a|b)$' -o json",
    "list -l 'owner=platform,tier in (a,b)'", "list --time-format 2006-01-02", "-n prod list",
    "status web --show-resources -o yaml", "hist web --max 5", "get all web", "get hooks web",
    "get manifest web --revision 4", "get metadata web -o json", "get notes web",
    "get values web -a",
    "search repo bitnami/ --versions", "search repo -r 'nginx(-ingress)?'", "search repo",
    "search repo nginx --version '>=1.0, <2.0 || ^3'", "repo list", "repo ls -o json",
    "show values bitnami/nginx --jsonpath '{.image}'", "inspect readme bitnami/nginx --devel",
    "show chart bitnami/nginx --version 1.2.3-rc.1+b5", "version --short",
    "version --template='{{.Version}} of {{ .GoVersion }}'",
    "template bitnami/nginx", "template bitnami/nginx -g", "template web bitnami/nginx --no-hooks",
    "template web bitnami/nginx -s templates/service.yaml -a batch/v1,apps/v1 --kube-version 1.30",
    "template web bitnami/nginx --dry-run", "list --burst-limit 200 --qps 50.5 --color=never",
    "help install", "upgrade --help", "help plugin", "--help",
)
WRITE = (
    "install web bitnami/nginx", "install bitnami/nginx --generate-name",
    "install -g bitnami/nginx",
    "install web bitnami/nginx --set 'a[0].b=c,d={x,y}' --set e=f --set-string 'p\\.q/r=true'",
    "install web bitnami/nginx --set-json '{\"a\": [1]}' --set-json 'b=[{\"k\":1}]'",
    "install web bitnami/nginx --set-literal 'motd=a|b;c>d' --description 'first install'",
    "install web bitnami/nginx --create-namespace -n new --wait --wait-for-jobs --timeout 10m0s",
    "install web bitnami/nginx --labels team=web,tier= --atomic",
    "upgrade -i web bitnami/nginx --reuse-values --history-max 5 --server-side=auto",
    "upgrade web bitnami/nginx --rollback-on-failure --wait=watcher --cleanup-on-fail",
    "upgrade web bitnami/nginx --force=false --debug=false",
    "rollback web", "rollback web 2 --wait", "rollback web 0 --description back",
    "install web bitnami/nginx --dry-run=client", "upgrade web bitnami/nginx --dry-run=none",
    "rollback web 1 --dry-run", "upgrade web bitnami/nginx --dry-run=false",
)
ADMIN = (
    "uninstall web", "un web db --keep-history", "del web", "delete web --dry-run",
    "uninstall web --cascade=orphan --no-hooks --wait --timeout 5m", "test web --logs",
    "test web --filter name=smoke,!name=slow", "install web bitnami/nginx --replace",
    "install web bitnami/nginx --no-hooks", "upgrade web bitnami/nginx --force",
    "upgrade web bitnami/nginx --force-replace", "upgrade web bitnami/nginx --force-conflicts=1",
    "upgrade web bitnami/nginx --take-ownership", "rollback web 1 --recreate-pods",
)
NEVER = (
    "create x", "dep up .", "dependency list", "dependencies build .", "env", "env HELM_KUBETOKEN",
    "lint . --strict", "package . -d /tmp", "fetch bitnami/nginx", "pull bitnami/nginx --untar",
    "push a.tgz oci://e.example", "verify a.tgz", "repo add a https://e.example", "repo rm a",
    "repo up", "repo index .", "registry login e.example -u a -p b", "registry logout e.example",
    "search hub nginx", "plugin list", "plugin add https://e.example", "plugin rm x", "plugin up x",
    "plugin package x", "plugin verify x", "completion bash", "docs --dir /tmp",
    "list --kube-apiserver https://e.example", "list --kube-token=x", "list --kube-as-user x",
    "list --kube-as-group a --kube-as-group b", "list --kubeconfig /dev/stdin",
    "list --kube-insecure-skip-tls-verify",
    "list --kube-ca-file /x", "list --kube-tls-server-name x", "list --registry-config /x",
    "list --repository-config /x", "list --repository-cache /x", "list --content-cache /x",
    "list --debug", "list --debug=t", "list -v9", "list -v 9", "list --v=9", "list --vmodule=*=9",
    "list --logtostderr=false", "list --log-file=/tmp/x", "list --log-dir /tmp",
    "list --one-output",
    "install web bitnami/nginx -f values.yaml", "install web bitnami/nginx -f=https://e.example/v",
    "install web bitnami/nginx --values=x --dry-run=client",
    "upgrade web bitnami/nginx --set-file a=b",
    "template web bitnami/nginx --post-renderer /bin/sh",
    "install web nginx/x --repo https://e.example",
    "template web bitnami/nginx --post-renderer-args x",
    "template web bitnami/nginx --output-dir x",
    "template web bitnami/nginx --validate", "template web bitnami/nginx --enable-dns",
    "template web bitnami/nginx --dry-run=server", "install web bitnami/nginx --dry-run=server",
    "rollback web 1 --dry-run=server", "install web bitnami/nginx --dependency-update",
    "install bitnami/nginx --name-template '{{env \"HOME\"}}'", "show chart bitnami/nginx --verify",
    "show chart bitnami/nginx --username a --password b", "show all bitnami/nginx --keyring /x",
    "show all bitnami/nginx --pass-credentials", "show all bitnami/nginx --plain-http",
    "get all web --template '{{.Release.Config.password}}'",
)
MALFORMED = {
    "kubectl get pods": "not a helm command",
    "diff upgrade web bitnami/nginx": "not a helm command",
    "-n prod evil": "not a helm command",
    "__complete list ''": "not a helm command",
    "__complete --help": "not a helm command",
    "help __complete": "not a helm command",
    "get web": "not a helm command",
    "get": "needs a subcommand",
    "--ignore-not-found history uninstall web": "may not stand before the verb",
    "--debug list": "may not stand before the verb",
    "list --kube-context=": "expected a context name",
    "list --kube_context x": "is not a flag",
    "list --selector": "needs a value",
    "list --kube-insecure-skip-tls-verify=maybe": "expected true or false",
    "list -o go-template": "expected one of table",
    "list -o JSON": "expected one of table",
    "list web": "takes no operands",
    "list -o json -o yaml": "given twice",
    "status": "takes RELEASE",
    "status ../web": "expected a release's name",
    "status web db": "takes RELEASE",
    "rollback web -1": "is not a flag",
    "rollback web x": "expected a whole number",
    "install bitnami/nginx": "takes RELEASE REPO/NAME",
    "install web bitnami/nginx -g": "exclude each other",
    "upgrade web": "takes RELEASE REPO/NAME",
    "install web bitnami/nginx --dry-run client": "takes RELEASE REPO/NAME",
    "install web bitnami/nginx --dry-run=True": "expected one of client",
    "install web bitnami/nginx --wait=1": "expected one of true",
    "install web bitnami/nginx --timeout 0s": "a duration above 0 and up to 1h",
    "install web bitnami/nginx --timeout 300": "a duration above 0 and up to 1h",
    "install web bitnami/nginx --timeout 61m": "a duration above 0 and up to 1h",
    "install web bitnami/nginx --set --wait": "expected KEY=VALUE",
    "install web bitnami/nginx --set =x": "expected KEY=VALUE",
    "install web bitnami/nginx --labels 'a b=c'": "expected labels",
    "install web bitnami/nginx --version 'latest; x'": "expected a version or a range",
    "version --template '{{range $i := .X}}{{end}}'": "expected a template of plain fields",
    "version --template '{{printf \"%999999d\" 1}}'": "expected a template of plain fields",
    "uninstall -- web": "-- is not expected here",
    "uninstall '*'": "expected a release's name",
}
NOT_CHARTS = (
    ".", "./chart", "/etc", "../bitnami/nginx", "'~/chart'", "nginx", "bitnami/nginx/sub",
    "bitnami/",
    "/nginx", "bitnami/../x", "bitnami/nginx-1.0.0.tgz", "bitnami/nginx.tar.gz",
    "oci://e.example/x",
    "https://e.example/x.tgz", "secrets://values.yaml", "git+https://e.example/r@charts/x",
    "bitnami\\\\nginx", "Bitnami/nginx", "bitnami/nginx@1", "-", "''",
)


@pytest.mark.parametrize(
    ("line", "effect"),
    [
        *((line, Effect.READ) for line in READ), *((line, Effect.WRITE) for line in WRITE),
        *((line, Effect.ADMIN) for line in ADMIN), *((line, Effect.NEVER) for line in NEVER),
    ],
)
def test_effect(line: str, effect: Effect) -> None:
    """A call demands exactly the effect of its verb and flags, and says why."""
    call = call_of(line)
    assert call.effect is effect
    assert all(demand.why and demand.span for demand in call.demands)


@pytest.mark.parametrize(("line", "message"), MALFORMED.items())
def test_malformed(line: str, message: str) -> None:
    """What cannot be understood is refused with a message that points at the token."""
    with pytest.raises(CommandError, match=message) as refusal:
        call_of(line)
    assert refusal.value.pointer.endswith("^")


@pytest.mark.parametrize("chart", NOT_CHARTS)
@pytest.mark.parametrize("before", ["install web", "upgrade web", "template web", "show all"])
def test_only_charts_of_repositories(before: str, chart: str) -> None:
    """A chart is REPO/NAME: paths, archives, URLs and other schemes are refused."""
    with pytest.raises(CommandError, match="expected a chart of a configured repository"):
        call_of(f"{before} {chart}")


@pytest.mark.parametrize(
    ("line", "subjects"),
    [
        ("install web bitnami/nginx", [("release", "web"), ("chart", "bitnami/nginx")]),
        ("install -g evil/nginx", [("release", ""), ("chart", "evil/nginx")]),
        ("upgrade web bitnami/nginx", [("release", "web"), ("chart", "bitnami/nginx")]),
        ("template web bitnami/nginx", [("release", "web"), ("chart", "bitnami/nginx")]),
        ("template bitnami/nginx", [("chart", "bitnami/nginx")]),
        ("show crds bitnami/nginx", [("chart", "bitnami/nginx")]),
        ("uninstall web db.v2", [("release", "web"), ("release", "db.v2")]),
        ("rollback web 3", [("release", "web")]),
        ("list", [("release", "")]),
        ("search repo bitnami/nginx", []),
    ],
)
def test_subjects(line: str, subjects: list[tuple[str, str]]) -> None:
    """Releases and charts become subjects, so that the judge can check them."""
    assert [(subject.kind, subject.name) for subject in call_of(line).subjects] == subjects


def test_every_verb_with_a_chart_names_it() -> None:
    """No verb that takes a chart lets it past the judge."""
    taking = {v.words for v in HELM.verbs if HELM.flags_of(v).long.keys() >= {"devel", "repo"}}
    assert taking == {
        "install", "upgrade", "template", "pull",
        "show all", "show chart", "show crds", "show readme", "show values",
    }
    for words in taking - {"pull"}:
        name = "web " if words in ("install", "upgrade", "template") else ""
        call = call_of(f"{words} {name}bitnami/nginx")
        assert "chart" in {subject.kind for subject in call.subjects}


@pytest.mark.parametrize(
    ("line", "argv"),
    [
        ("-n prod ls -Aq", "list --all-namespaces=true --short=true"),
        ("list --kube-context staging -m5", "list --max=5"),
        (
            "upgrade -i web bitnami/nginx --wait",
            "upgrade --install=true --wait=true web bitnami/nginx",
        ),
        ("install web bitnami/nginx --dry-run", "install --dry-run=client web bitnami/nginx"),
        ("rollback web 2 --dry-run", "rollback --dry-run=true web 2"),
        ("un web --keep-history=T", "uninstall --keep-history=true web"),
        ("template web bitnami/nginx --set a=b --set c=d",
         "template --set=a=b --set=c=d web bitnami/nginx"),
        ("help del", "uninstall --help"),
    ],
)
def test_argv(line: str, argv: str) -> None:
    """Each flag is written once as ``--flag=value``, without those that choose the target."""
    assert call_of(line).argv() == ("helm", *argv.split())


@pytest.mark.parametrize("verb", ["get all", "get hooks", "get manifest", "get values", "status"])
def test_secrets_axis(verb: str) -> None:
    """What a release was made from may hold Secrets: the policy's second axis decides."""
    assert call_of(f"{verb} web").verb.sensitivity is Sensitivity.SECRETS


@pytest.mark.parametrize(
    ("words", "targets", "namespaced"),
    [
        ("list", True, True), ("install", True, True), ("get values", True, True),
        ("template", False, True), ("search repo", False, False), ("repo list", False, False),
        ("show values", False, False), ("version", False, False),
    ],
)
def test_targets(words: str, targets: bool, namespaced: bool) -> None:
    """Only what talks to a cluster takes a context; rendering takes a namespace alone."""
    verb = HELM.verb(tuple(words.split()))
    assert verb is not None
    assert (verb.targets, verb.namespaced) == (targets, namespaced)


def test_target_flags() -> None:
    """The flags that choose the target are known by their meaning."""
    call = call_of("list -n prod --kube-context staging -A")
    uses = {use.flag.meaning: use.value for use in call.flags}
    assert uses == {
        Meaning.NAMESPACE: "prod", Meaning.CONTEXT: "staging", Meaning.ALL_NAMESPACES: "true",
    }


def test_refusals_say_what_to_do() -> None:
    """Every flag that is never allowed, and every refused verb, says why."""
    for verb in HELM.verbs:
        assert verb.summary or verb.why, verb.words
        if verb.effect is not Effect.NEVER:
            flags = HELM.flags_of(verb).long.values()
            assert all(flag.why for flag in flags if flag.effect > Effect.READ), verb.words
