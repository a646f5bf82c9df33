"""What the grammar of istioctl allows, at which level, and what it refuses."""

import pytest

from kubeport.domain.context import Target
from kubeport.domain.effect import Effect
from kubeport.domain.errors import CommandError
from kubeport.domain.facets import facets_of
from kubeport.domain.policy import Caller, Policy, Scope
from kubeport.domain.reading import read
from kubeport.domain.tools.grammar import Meaning, Sensitivity
from kubeport.domain.tools.invocation import Invocation
from kubeport.domain.tools.istioctl import ISTIOCTL
from kubeport.domain.tools.parsing import parse


def call_of(line: str) -> Invocation:
    """Parse *line*, which begins behind the word ``istioctl``."""
    return parse(ISTIOCTL, read(line).stages[0].words, line)


READ = (
    "admin log", "admin log istiod-5c868d8bdd-pmvgg -o yaml", "admin log -r canary -l app=istiod",
    "admin log --reset=false", "analyze", "analyze -k --timeout 1m0s --revision 1-16",
    "analyze -A -o json -S 'IST0103=Pod *.testing' -S IST0102=x --failure-threshold Error",
    "analyze --analyzer gateway.ConflictingGatewayAnalyzer --use-kube=false -L",
    "-i mesh -n prod --context=staging ps", "proxy-status deploy/web --revision canary -v 1",
    "proxy-config all web.prod -o json --fqdn x --type HTTP --name 80 --with-headers",
    "pc cluster web --port 9080 --direction inbound --subset v1", "pc bootstrap web -o short",
    "pc ep web --cluster 'outbound|9080||reviews' --status healthy --address 10.0.0.1",
    "pc log web", "pc o -l app=web", "pc rc web.prod pod/db.prod", "pc ecds deployment.apps/web",
    "pc cluster web --proxy-admin-port 15000", "zc all", "zc certs ztunnel-a.istio-system",
    "zc cons --node n1 --raw --direction inbound", "zc log", "zc svc --service-namespace prod",
    "zc pol --policy-namespace prod", "zc w --workload-node n1 --address 10.0.0.1 -o yaml",
    "version --short=false --remote -o json", "version -s", "remote-clusters -r canary",
    "manifest generate --set profile=demo --set 'values.a\\.b/c=d' --filter Pilot",
    "manifest generate --set hub=docker.io/istio", "manifest generate --cluster-specific --dry-run",
    "waypoint generate --for all --name w -r canary", "waypoint list -A",
    "waypoint status --wait=false --waypoint-timeout 30s -n prod", "tag list -o yaml", "options",
    "profile list", "profile dump demo -p components.pilot -o flags", "profile diff default demo",
    "verify-install --revision canary", "x authz check deploy/web", "exp check-inject -l app=a",
    "x check-inject deployment/web -n test", "x des po web.prod --ignoreUnmeshed",
    "x describe svc web --proxy-admin-port 15000", "x envoy-stats -l app=web -t clusters -o prom",
    "x injector list", "x metrics a.foo b.bar -d 2m", "x m a", "x precheck -f 1.20 -o json",
    "x precheck --skip-controlplane --output-threshold warning", "x ps --timeout 10s",
    "x rev describe canary", "x revision list -v", "x version -o yaml", "x waypoint list",
    "x wait --for=distribution --threshold=.99 --timeout=300s virtualservice bookinfo.default",
    "help proxy-config", "install --help", "dashboard --help", "x -h", "--help", "help",
)
ADMIN = (
    "pc log web --level http:debug,redis:debug", "pc o web -r", "zc log --level access:debug,info",
    "zc o ztunnel-a --reset", "admin log --level ads:debug", "istiod l --reset",
    "admin log --log-reset", "admin log --stack-trace-level ads:debug",
    "admin log --stack-trace-reset", "pc secret web.prod", "pc s deploy/web -o short", "install -y",
    "apply -y --set tag=1.29.0",
    "install -s profile=ambient --skip-confirmation --readiness-timeout 5m --verify",
    "install --dry-run", "upgrade -y -r canary", "manifest apply -y", "uninstall --purge -y",
    "uninstall --revision canary -yv", "uninstall --purge --dry-run", "tag set prod -r 1-29-0 -y",
    "tag set prod --revision 1-29-0 --overwrite --webhook-name w -y", "tag delete prod -y",
    "waypoint apply -n prod --enroll-namespace --overwrite -w", "waypoint delete a b",
    "waypoint delete --all -n prod", "waypoint delete -r canary", "x waypoint apply -s account",
)
NEVER = (
    "ps -c /tmp/x", "ps --kubeconfig=/tmp/x", "ps --as admin", "ps --as-group system:masters",
    "ps --as-uid 0", "version --vklog=9", "ps --log_target=/tmp/x",
    "ps --log_output_level all:debug", "ps --log_as_json=false", "ps --log_caller all",
    "ps --log_stacktrace_level all:info", "ps --log_rotate /tmp/x", "ps --xds-address evil:15012",
    "ps --xds-label a=b", "ps --xds-port 1", "ps --cert-dir /root", "ps --authority x",
    "ps --insecure=false", "x version --plaintext", "x ps --xds-via-agents",
    "ps --file /etc/passwd web", "pc l web -f /etc/passwd", "pc all web -f -", "zc w --file x.json",
    "x authz check -f x.json", "analyze -R", "analyze --meshConfigFile x",
    "analyze --remote-contexts evil", "admin log --ctrlz_port 1", "install -f x.yaml -y",
    "install -d /tmp/x -y", "install --charts https://evil/x.tgz -y", "install --force -y",
    "uninstall --purge -y --force", "uninstall -f x.yaml -y", "manifest generate -o /tmp/x",
    "tag set prod -r a -d /tmp/x -y", "profile dump -f x", "verify-install -f x",
    "install --set installPackagePath=/tmp/x -y", "install --set a=INSTALLPACKAGEPATH -y",
    "manifest generate --set profile=/etc/passwd", "install --set hub=evil.example/istio -y",
    "install --set ' components.pilot.HUB./ = evil.example/x' -y",
    "install --set values.global.hub=evil -y", "install --set hub=evil.example:5000 -y",
    "install --set values.image=a/b -y", "pc secret web -o json", "pc s web -oyaml", "dash",
    "d grafana --address 0.0.0.0", "dashboard envoy web -p 15000", "dash proxy z.istio-system",
    "bug-report --full-secrets", "collateral --all -o /tmp", "completion bash",
    "create-remote-secret --name c", "validate -f x", "v -f -", "kube-inject -f x",
    "legacy version", "manifest diff a b", "manifest translate -o x", "operator init",
    "tag generate prod -r a", "authz check web", "x config list", "x internal-debug syncz",
    "x workload entry configure -f x", "x create-remote-secret", "x remote-clusters",
    "x workload group create --name a",
)
MALFORMED = (
    "", "frobnicate", "get pods", "analyze a.yaml", "analyze -", "analyze --timeout 0", "pc web",
    "pc cluster", "pc cluster a b", "pc cluster /etc/passwd", "pc cluster secret/web",
    "pc cluster a/b/c", "pc cluster web.", "pc cluster ..", "pc cluster 'a%2fb'", "pc cluster -",
    "pc cluster web -o name", "pc cluster web -o JSON", "pc log", "pc rc web",
    "pc log web --level 'a b'", "pc cluster web --fqdn a --fqdn b",
    "pc cluster web --proxy-admin-port 0", "pc -o json cluster web", "--vklog 9 ps", "-c x ps",
    "-o json ps", "x envoy-stats", "x check-inject", "x describe pod", "x describe pod deploy/web",
    "x metrics", "x metrics a -d 0s", "x precheck x", "x wait a b --for=delete", "install",
    "install -y=false", "install --dry-run=false", "install x -y", "upgrade", "manifest install",
    "uninstall --purge", "tag set prod -r a", "tag remove prod", "tag set -y", "tag set a b -y",
    "install -y --set profile", "install -y --set '=x'", "install -y --set a/../b=c",
    "install -y --set 'values.global={hub: evil/x}'", "waypoint delete", "waypoint apply x",
    "waypoint status --waypoint-timeout 0", "profile dump ./x.yaml", "profile dump x.yaml",
    "ps web -- x", "version --log-target /tmp/x", "version --istio_namespace x", "x",
    "proxy-config", "plugin-of-somebody", "__complete ps", "options x", "ps --context ''",
    "ps -n 'a b'",
)


@pytest.mark.parametrize("line", READ)
def test_reading_needs_no_more_than_read_only(line: str) -> None:
    """Views, analysis and documentation are within read-only."""
    assert call_of(line).effect is Effect.READ


@pytest.mark.parametrize("line", ADMIN)
def test_changes_of_the_mesh_need_admin(line: str) -> None:
    """Whatever reconfigures proxies, istiod or the installation is admin's, aliases included."""
    assert call_of(line).effect is Effect.ADMIN


@pytest.mark.parametrize("line", NEVER)
def test_what_no_level_allows_says_why(line: str) -> None:
    """Local files, foreign servers, credentials and listeners are refused with a reason."""
    call = call_of(line)
    worst = max(call.demands, key=lambda demand: demand.effect)
    assert call.effect is Effect.NEVER
    assert worst.why and worst.span is not None


@pytest.mark.parametrize("line", MALFORMED)
def test_what_is_not_understood_is_an_error(line: str) -> None:
    """Unknown verbs and flags, wrong operands and values never become a call."""
    with pytest.raises(CommandError) as caught:
        call_of(line)
    assert caught.value.message


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("ps", "proxy-status"), ("pc c web", "proxy-config cluster"),
        ("pc l web", "proxy-config listener"), ("pc ep web", "proxy-config endpoint"),
        ("pc r web", "proxy-config route"), ("pc b web", "proxy-config bootstrap"),
        ("pc a web", "proxy-config all"), ("pc ec web", "proxy-config ecds"),
        ("pc o web", "proxy-config log"), ("pc secrets web", "proxy-config secret"),
        ("pc w web", "proxy-config workload"), ("zc cert", "ztunnel-config certificate"),
        ("zc s", "ztunnel-config service"), ("zc p", "ztunnel-config policy"),
        ("zc cons", "ztunnel-config connections"), ("zc workloads", "ztunnel-config workload"),
        ("x es web", "experimental envoy-stats"),
        ("exp des svc web", "experimental describe service"), ("x m web", "experimental metrics"),
        ("istiod l", "admin log"), ("apply -y", "install"), ("tag show", "tag list"),
        ("tag delete a -y", "tag remove"), ("d kiali", "dashboard kiali"), ("v", "validate"),
    ],
)
def test_aliases_are_folded(line: str, command: str) -> None:
    """An alias is judged, and run, as the command that it stands for."""
    call = call_of(line)
    assert call.command == f"istioctl {command}"
    assert call.argv()[: 1 + len(call.verb.path)] == ("istioctl", *command.split())


@pytest.mark.parametrize(
    ("line", "kind", "name", "namespace"),
    [
        ("pc c web", "pods", "web", ""), ("pc c web.prod", "pods", "web", "prod"),
        ("pc c web.v1.prod", "pods", "web.v1", "prod"), ("ps pod/web", "pods", "web", ""),
        ("pc c deploy/web.prod", "deployments", "web", "prod"),
        ("pc c deployments.apps/web", "deployments", "web", ""),
        ("pc c sts/db", "statefulsets", "db", ""),
        ("x describe svc web.prod", "services", "web", "prod"),
        ("x m web.prod", "pods", "web", "prod"), ("tag set prod -r a -y", "tag", "prod", ""),
        ("waypoint delete w", "gateways", "w", ""),
        ("x wait virtualservice b.prod", "", "b", "prod"),
        ("admin log istiod-1", "pods", "istiod-1", ""),
    ],
)
def test_operands_say_what_a_call_is_about(line: str, kind: str, name: str, namespace: str) -> None:
    """The type and the namespace that an operand names are told apart from the name."""
    (subject,) = call_of(line).subjects
    assert (subject.kind, subject.name, subject.namespace) == (kind, name, namespace)


def test_a_namespace_in_an_operand_is_what_policies_see() -> None:
    """``web.kube-system`` is a call about kube-system, whatever the target's namespace is."""
    (facet,) = facets_of(
        call_of("pc c web.kube-system"), Target("dev", "default"), Caller(), Policy("p")
    )
    assert (facet.namespace, facet.kind, facet.name) == ("kube-system", "pods", "web")


def test_changes_of_the_installation_are_about_the_cluster() -> None:
    """An installation has no namespace that a rule for namespaces could open."""
    (facet,) = facets_of(call_of("install -y"), Target("dev", "default"), Caller(), Policy("p"))
    assert facet.namespace is Scope.CLUSTER


def test_argv_is_canonical_and_leaves_the_target_out() -> None:
    """Each flag once as --flag=value; the target's flags come from the target."""
    call = call_of("--context=dev pc c -n prod web -ojson --port 80 -i mesh")
    assert call.argv("--context=dev", "--namespace=prod") == (
        "istioctl", "proxy-config", "cluster", "--context=dev", "--namespace=prod",
        "--output=json", "--port=80", "--istioNamespace=mesh", "web",
    )


def test_the_value_of_an_early_flag_is_not_a_verb() -> None:
    """The namespace ``version`` does not hide the verb behind it."""
    call = call_of("--istioNamespace version uninstall --purge -y")
    assert (call.command, call.effect) == ("istioctl uninstall", Effect.ADMIN)


@pytest.mark.parametrize(
    "line", ["install", "tag set prod -r a", "tag remove prod", "uninstall --purge"]
)
def test_a_missing_confirmation_is_named(line: str) -> None:
    """Nobody can answer the prompt, so the message says which flag does."""
    with pytest.raises(CommandError) as caught:
        call_of(line)
    assert caught.value.hint == "Add -y."


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("pc log", "--selector"), ("x check-inject", "--labels"), ("waypoint delete", "--all"),
        ("analyze a.yaml", "live cluster"), ("pc c secret/x", "deployments"),
        ("pc clutser web", "cluster"), ("pc c web --prot 80", "--port"),
    ],
)
def test_errors_point_at_the_way_out(line: str, hint: str) -> None:
    """A refusal names the nearest form that works."""
    with pytest.raises(CommandError) as caught:
        call_of(line)
    assert hint in caught.value.hint


def test_secrets_of_a_proxy_are_on_the_second_axis() -> None:
    """Only the verb that prints a proxy's secrets is marked as sensitive."""
    marked = {verb.words for verb in ISTIOCTL.verbs if verb.sensitivity is Sensitivity.SECRETS}
    assert marked == {"proxy-config secret"}


def test_mesh_wide_verbs_are_marked() -> None:
    """Without a namespace these look at all of them, which the target has to know."""
    wide = {verb.words for verb in ISTIOCTL.verbs if verb.wide}
    assert wide == {
        "proxy-status", "experimental proxy-status", "experimental precheck",
        "experimental injector list",
    }


def test_what_leads_elsewhere_is_refused_even_as_false() -> None:
    """No flag that names another server, user, file or verbosity is ever allowed."""
    dangerous = (Meaning.SERVER, Meaning.CREDENTIALS, Meaning.FILE, Meaning.VERBOSITY)
    flags = [flag for verb in ISTIOCTL.verbs for flag in (*ISTIOCTL.common, *verb.flags)]
    suspects = [flag for flag in flags if flag.meaning in dangerous]
    assert suspects
    assert all(flag.effect is Effect.NEVER and flag.strict for flag in suspects)
