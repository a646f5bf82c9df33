"""What the grammar of kubectl allows, at which level, and what each call is about."""

import pytest

from kubeport.domain.effect import Effect
from kubeport.domain.errors import CommandError
from kubeport.domain.reading import read
from kubeport.domain.tools.grammar import Flag, Meaning, Sensitivity, Verb
from kubeport.domain.tools.invocation import Invocation
from kubeport.domain.tools.kubectl import KUBECTL
from kubeport.domain.tools.kubectl.kinds import KINDS, Kind, lookup
from kubeport.domain.tools.parsing import parse


def call_of(line: str) -> Invocation:
    """Parse *line*, which begins behind the word ``kubectl``."""
    return parse(KUBECTL, read(line).stages[0].words, line)


READ = (
    "get pods", "get po -A", "-n web get pods -o wide", "get pods,svc a b", "get pod/a svc/b",
    "get deployments.v1.apps", "get applications.argoproj.io -A -o json", "get apiservices v1.",
    "get clusterrole system:node", "get pods --watch=false", "get pods -w=f",
    "get pods -Lapp -Ltier", "get pods -l app=web -l 'tier in (a,b),!canary'",
    "get pods --subresource=status", "get --raw /readyz?verbose", "get --raw=/version -n web",
    "get pods --request-timeout=5s -v 4", "get pods --field-selector ''",
    "get --raw /apis/metrics.k8s.io/v1beta1/namespaces/web/pods", "describe pods web-",
    "describe nodes", "describe secret db", "explain pods.spec.containers -R",
    "explain deployment -o plaintext-openapiv2", "events --for pod/web --types=Warning,Normal",
    "logs web", "logs web app", "logs deploy/web -c app --tail -1 --since=1h -p", "logs -l app=web",
    "logs web -f=false", "wait pod/web --for=condition=Ready=false --timeout=30s",
    "wait pods --all --for=jsonpath='{.status.phase}'=Running", "wait --for=create secret/late",
    "rollout status sts/db -w", "rollout history deploy/web --revision=3", "top po", "top nodes n1",
    "top pod -A --sort-by=cpu", "auth can-i '*' '*'", "auth can-i get /logs/", "auth can-i --list",
    "auth can-i get pods --subresource=log", "auth whoami", "api-resources --namespaced=false",
    "api-versions", "cluster-info", "version --client -o yaml", "options", "config view --minify",
    "config get-contexts kind-dev", "config view -o jsonpath='{.users[].name}'",
    "config view -o jsonpath='{.users[?(@.name == \"a\")].user.password}'",
    "config get-contexts -o name", "config current-context",
    "config view -o jsonpath='{range .contexts[*]}{.name}{\"\\n\"}{end}'", "label pods web --list",
    "annotate pods --all --list -A", "set env deploy/web --list",
    "apply view-last-applied deploy/web -o json", "help", "help create deployment", "get --help",
    "delete pods -h", "certificate approve --help", "--help",
)  # fmt: skip
WRITE = (
    "create -f -", "apply -f - --server-side --dry-run=server", "replace -f -", "create ns web",
    "create deploy web --image=nginx --replicas 2 -- sleep 1",
    "create job j --image=busybox -- date", "create job j --from=cronjob/nightly",
    "create cj c --image=busybox --schedule='*/5 * * * *'",
    "create cm c --from-literal=a=b --from-literal='motd=hello; world'", "create sa builder",
    "create ingress i --rule=foo.com/path*=svc:8080,tls=cert", "create pdb p --min-available=50%",
    "create quota q --hard=cpu=1,count/deployments.apps=2", "create svc clusterip s --tcp=80:8080",
    "create secret generic s --from-literal=a=b",
    "create secret docker-registry s --docker-username=a",
    "expose deploy web --port=80 --target-port=http", "scale deploy/web --replicas=0",
    "autoscale deploy web --max=3 --cpu=80%", "rollout restart deploy/web",
    "autoscale deploy web --max 3 --cpu-percent 80", "set image deploy/web web=nginx --record",
    "scale deploy/web --replicas=2 --record=true", "set selector svc/web app=web --record",
    "rollout undo deploy/web", "set image deploy/web '*=nginx:1.27'", "set env deploy/web A=b C-",
    "set env deploy/web -e A=b", "set env deploy/web --from=secret/db",
    "set env deploy/web --list A=b", "set resources deploy web --limits=cpu=200m,memory=512Mi",
    "set selector svc/web app=web", "set sa deploy web builder", "patch deploy web -p '{}'",
    "label pods web a=b c-", "label pods --all a=b", "label ns web team=a",
    "annotate sa default a=b", "annotate deploy web note='any text | at all'",
    "label pods web --list a=b",
)  # fmt: skip
ADMIN = (
    "delete pod web", "delete pods,svc -l app=web", "delete ns feature-1", "delete pod web --force",
    "delete all --all -n web", "delete pods -A -l app=web", "delete ns -l env=preview", "cordon n1",
    "uncordon node/n1", "drain n1 --ignore-daemonsets", "taint nodes n1 k=v:NoExecute",
    "taint nodes --all node-role.kubernetes.io/control-plane-", "exec web -- ls", "run x --image=a",
    "exec deploy/web -c app -- df -h", "cluster-info dump",
    "create role r --verb=get --resource=pods",
    "create clusterrolebinding b --clusterrole=view --user=a", "create priorityclass p --value=-1",
    "set subject rolebinding b --user=a", "apply -f - --prune --all", "replace --force -f -",
    "apply -f - --server-side --force-conflicts", "patch node n1 -p '{}'", "patch ns web -p '{}'",
    "patch roles.rbac r -p '{}'", "patch ClusterRole r -p '{}'", "patch crd c -p '{}'",
    "patch sa default -p '{}'", "patch roles.authorization.openshift.io r -p '{}'",
    "label clusterrolebinding.authorization.openshift.io b a=b", "label nodes n1 a=b",
    "label validatingwebhookconfigurations w a=b",
    "label ns web pod-security.kubernetes.io/enforce=privileged",
    "label ns --all pod-security.kubernetes.io/enforce-",
    "annotate sa default eks.amazonaws.com/role-arn=x", "label pods -A -l app=web a=b",
    "scale deploy --all --replicas=0", "expose deploy web --port=80 --external-ip=1.2.3.4",
)  # fmt: skip
NEVER = (
    "proxy", "port-forward svc/web 80", "attach web", "cp a web:b", "debug web", "edit deploy web",
    "diff -f -", "kustomize .", "completion bash", "plugin list", "alpha x", "kuberc view",
    "config use kind-dev", "config set-credentials x --exec-command=y", "certificate approve c",
    "create token default", "create secret tls s --cert=a --key=b", "auth reconcile -f -",
    "apply edit-last-applied deploy/web", "apply set-last-applied -f -",
    "get pods --server=https://evil.example", "get pods -shttps://evil.example", "get pods -As x",
    "get pods --insecure-skip-tls-verify=false", "get pods --token=x", "get pods --as=a",
    "get pods --kubeconfig=x", "get pods --cluster=x", "get pods --user=x", "get pods --kuberc=x",
    "get pods --cache-dir=x", "get pods --profile=cpu", "get pods --vmodule=a=9", "get -f -",
    "get pods -k x", "describe -R pods", "create --raw /x -f -", "delete --raw /x", "get pods -w",
    "get pods -Awojson", "get pods --watch=t", "logs -pf web", "events --watch",
    "logs web --insecure-skip-tls-verify-backend", "delete pods a -i", "config view --raw=T",
    "config view --flatten=false", "create cm c --from-file=x", "create -f - --edit",
    "patch deploy web --patch-file=x", "run x --image=a -it", "run x --image=a --privileged",
    "run x --image=a --overrides={}", "set env deploy/web --list --resolve",
    "label pods a b=c --local", "cluster-info dump --output-directory=x",
    "config view -o go-template='{{.}}'", "config view -o jsonpath='{..value}'",
    "config view -o jsonpath='{.users[0].user}'",
    "config view -o jsonpath='{.contexts[?(@.user.x==\"y\")]}'",
)  # fmt: skip
REFUSED = (
    "foo --help", "getpods", "__complete get", "create foo", "create", "apply", "replace",
    "rollout", "rollout undo x history --force", "get", "get pods,", "get pods,,svc",
    "get pods/../secrets/db", "get pods/a/b", "get pods a/b", "get pods,svc/a", "get pods web?x",
    "get pods 'a b'", "get pods %61", "get pods 'web#x'", "get pods a..b", "get 'secrets '",
    "get pods -- -o", "get pods -n", "get pods -n ../x", "get pods -n --token=x", "get pods -o",
    "get pods -o JSON", "get pods -o json=x", "get pods -o go-template-file=x",
    "get pods -o jsonpath-file=x", "get pods -o templatefile", "get pods -o custom-columns-file=x",
    "get pods -o json -o yaml", "get pods -o jsonpath", "get pods --watch=maybe",
    "get pods --watch_only", "get pods -Z", "get pods --=x", "get pods -=x", "get pods --v=9",
    "get pods -v +4", "get pods --v=04", "get pods --log-flush-frequency=0s",
    "get pods --request-timeout=0", "get pods --chunk-size=0",
    "get pods --context=", "get pods --subresource=log", "get pods -l ((",
    "get --raw /api/v1/secrets", "get --raw /readyz/../api", "get --raw /version pods",
    "get --raw /version -o json", "-A get pods", "-o json get pods", "logs", "logs a b c",
    "logs -fx a", "wait pod/a --for=x", "wait pod/a --timeout=-1s", "wait pod/a --timeout=0",
    "rollout status deploy/a --timeout=0s", "scale deploy a --replicas=-1", "delete pods", "drain",
    "delete pods --field-selector ''",
    "create -f x.yaml", "apply -fhttps://evil.example", "create ns", "create ns a b", "create ns -",
    "create ns a -- x", "set env deploy/web -", "set env deploy/web -e -", "set image deploy/web x",
    "label pods web", "label pods web a=b other", "label pods web 'a=b c'", "cordon pods/x",
    "cordon", "taint pods x a=b:NoSchedule", "taint nodes n1 a=b", "delete pod a --dry-run=none",
    "exec web ls", "explain pods;x", "auth can-i get", "auth can-i get '../x'", "top pod a b",
    "set selector svc/web",
)  # fmt: skip


@pytest.mark.parametrize(
    ("line", "effect"),
    [
        *((line, Effect.READ) for line in READ),
        *((line, Effect.WRITE) for line in WRITE),
        *((line, Effect.ADMIN) for line in ADMIN),
        *((line, Effect.NEVER) for line in NEVER),
    ],
)
def test_the_effect_of_a_call(line: str, effect: Effect) -> None:
    """Each call demands exactly the level that security.md names."""
    assert call_of(line).effect is effect


@pytest.mark.parametrize("line", REFUSED)
def test_what_cannot_be_understood_is_refused(line: str) -> None:
    """Unknown words, malformed values and operands are errors that point at a place."""
    with pytest.raises(CommandError) as caught:
        call_of(line)
    assert str(caught.value)


@pytest.mark.parametrize(
    ("line", "subjects"),
    [
        ("get po,SVC a b", [("pods", "a"), ("services", "a"), ("pods", "b"), ("services", "b")]),
        ("get Deployments.v1.apps/web", [("deployments", "web")]),
        ("get secrets. x", [("secrets", "x")]),
        ("get secrets.v1. x", [("secrets", "x")]),
        ("get secrets.v1 x", [("secrets", "x")]),
        ("get pods.metrics.k8s.io", [("pods.metrics.k8s.io", "")]),
        ("get Widgets.example.com W_1", [("widgets.example.com", "W_1")]),
        ("get all", [("all", "")]),
        ("get --raw /apis/metrics.k8s.io/v1beta1/nodes", [("nodes", "")]),
        ("get --raw /livez", []),
        ("logs web", [("pods", "web")]),
        ("logs job/j", [("jobs", "j")]),
        ("exec svc/web -- ls", [("services", "web")]),
        ("top no n1", [("nodes", "n1")]),
        ("create quota q", [("resourcequotas", "q")]),
        ("create secret generic s", [("secrets", "s")]),
        ("label po a b x=y z-", [("pods", "a"), ("pods", "b")]),
        ("set sa deploy/web builder", [("deployments", "web")]),
        ("drain n1 node/n2", [("nodes", "n1"), ("nodes", "n2")]),
        ("explain secret.data", []),
        ("auth can-i get secrets", []),
        ("apply -f -", []),
    ],
)
def test_what_a_call_is_about(line: str, subjects: list[tuple[str, str]]) -> None:
    """Kinds are folded to their plural, whatever the spelling; names stay as they are."""
    assert [(s.kind, s.name) for s in call_of(line).subjects] == subjects


def test_a_path_of_the_metrics_api_names_its_namespace() -> None:
    """A policy for namespaces sees the one in the path, not the target's."""
    call = call_of("get --raw /apis/metrics.k8s.io/v1beta1/namespaces/prod/pods -n web")
    assert [(s.kind, s.namespace) for s in call.subjects] == [("pods", "prod")]


def test_a_dump_names_its_namespaces() -> None:
    """A policy for namespaces sees every namespace that a dump would print."""
    chosen = call_of("cluster-info dump --namespaces=a,b --namespaces c").subjects
    assert [s.namespace for s in chosen if s.kind == ""] == ["a", "b", "c"]
    assert "kube-system" in [s.namespace for s in call_of("cluster-info dump").subjects]


@pytest.mark.parametrize(
    ("line", "argv"),
    [
        ("get po -Ao wide", "kubectl get --all-namespaces=true --output=wide po"),
        ("-n x --context kind-dev get pods", "kubectl get pods"),
        ("scale rs a --replicas 0 --dry-run", "kubectl scale --replicas=0 --dry-run=client rs a"),
        ("config use x", "kubectl config use-context x"),
        ("create deploy w --image=a -- b -c", "kubectl create deployment --image=a w -- b -c"),
        ("help top no", "kubectl top node --help"),
        ("rollout -n x restart deploy/web", "kubectl rollout restart deploy/web"),
    ],
)
def test_what_is_judged_is_what_runs(line: str, argv: str) -> None:
    """The arguments are canonical: aliases folded, flags long, context and namespace left out."""
    assert " ".join(call_of(line).argv()) == argv


@pytest.mark.parametrize(
    ("line", "sensitivity"),
    [
        ("logs web", Sensitivity.LOGS),
        ("cluster-info dump", Sensitivity.LOGS),
        ("exec web -- ls", Sensitivity.EXEC),
        ("get pods", None),
    ],
)
def test_sensitive_output_is_marked(line: str, sensitivity: Sensitivity | None) -> None:
    """Logs and the output of programs are on the second axis of a policy."""
    assert call_of(line).verb.sensitivity is sensitivity


@pytest.mark.parametrize("line", ["cluster-info", "drain n1", "api-resources", "create ns a"])
def test_cluster_wide_verbs_take_no_namespace(line: str) -> None:
    """No namespace is placed where it would change the meaning or means nothing."""
    assert not call_of(line).verb.namespaced


@pytest.mark.parametrize("verb", KUBECTL.verbs, ids=lambda verb: verb.words)
def test_every_refusal_says_why(verb: Verb) -> None:
    """A verb or flag that is never allowed, or for admins only, has a reason to act on."""
    assert verb.why or verb.effect is not Effect.NEVER
    for flag in verb.flags:
        assert flag.effect < Effect.ADMIN or flag.why, flag.name


@pytest.mark.parametrize("flag", KUBECTL.common, ids=lambda flag: flag.name)
def test_switches_of_server_and_credentials_are_strict(flag: Flag) -> None:
    """Even ``=false`` of such a flag is refused: it is none of the caller's business."""
    assert flag.strict == (flag.meaning in (Meaning.SERVER, Meaning.CREDENTIALS))
    assert not flag.strict or flag.effect is Effect.NEVER


def test_the_manifest_comes_from_nowhere_else() -> None:
    """Create, apply and replace take ``-f -``; for every other verb a file name is refused."""
    for verb in KUBECTL.verbs:
        for flag in verb.flags:
            if flag.name == "filename" and verb.effect is not Effect.NEVER:
                takes = verb.path in (("create",), ("apply",), ("replace",))
                assert takes == (flag.meaning is Meaning.MANIFEST), verb.words
                assert takes or flag.effect is Effect.NEVER, verb.words


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_a_kind_is_found_by_each_of_its_names(kind: Kind) -> None:
    """Plural, singular and short names mean the kind, in any case and with its group or a dot."""
    for word in (kind.plural, kind.singular, *kind.short):
        for text in (word, word.upper(), f"{word}.", f"{word}.v1.{kind.group}"):
            assert lookup(text) is kind, text
    assert lookup(f"{kind.plural}.example.com") is None
