"""What the grammar of argocd allows, at which level, and what it refuses."""

import pytest

from kubeport.domain.effect import Effect
from kubeport.domain.errors import CommandError
from kubeport.domain.reading import read
from kubeport.domain.tools.argocd import ARGOCD
from kubeport.domain.tools.grammar import Meaning, Sensitivity
from kubeport.domain.tools.invocation import Invocation
from kubeport.domain.tools.parsing import parse


def call_of(line: str) -> Invocation:
    """Parse *line*, which begins behind the word ``argocd``."""
    return parse(ARGOCD, read(line).stages[0].words, line)


READ = (
    "app list", "app list -o name -p default -p team -N web -l '!app.kubernetes.io/instance'",
    "app list -c https://kubernetes.default.svc -r https://git.example.com/x -P charts/web",
    "app list --grpc-web --logformat text --loglevel warn", "app get argocd/web --hard-refresh",
    "app get web -o tree=detailed --show-params --source-position 1 --timeout 30",
    "app get-resource web --kind Pod --filter-fields status.podIP,status.hostIP -o yaml",
    "app history web -o id", "app manifests web --source live", "app resources web --output tree",
    "app manifests web --revisions 1 --source-positions 1 --revisions 2 --source-positions 2",
    "app diff web --revision main --exit-code=false --refresh",
    "app diff web --server-side-diff=false",
    "app diff web --ignore-normalizer-jq-execution-timeout 2s --server-side-diff-concurrency -1",
    "app logs web", "app logs web --tail 100 -pm -c main --filter 'error in'",
    "app logs web --follow=false",
    "app logs web --group '' --kind Pod --name a --namespace prod --since-seconds 60",
    "app logs web --until-time 2023-10-10T15:30:00Z", "app wait web --timeout 60 --health --sync",
    "app wait -l team=a --timeout 60", "app wait a b --resource '!apps:Deployment:x' --timeout 1",
    "app actions list web --kind Deployment -o json", "appset list -o wide -l a=b",
    "appset get team/set1", "proj list -o name", "project get default -o yaml", "proj role list p",
    "proj role get p r", "proj role list-tokens p r -u", "proj windows list p -o yaml",
    "account can-i sync applications '*'", "proj source-integrity git policies list p",
    "account get -a ci-bot", "account list", "account whoami",
    "account can-i action/apps/Deployment/restart applications team/web",
    "cert list --cert-type ssh", "cert list --hostname-pattern '*.example.com' --sort type",
    "cluster list -o server", "cluster get dev",
    "cluster get https://kubernetes.default.svc -o json", "context", "ctx", "gpg list",
    "gpg get D56C4FCA57A46444", "repo list --refresh hard",
    "repo get git@git.example.com:team/app.git -o yaml", "repocreds list -o url",
    "repo get https://me@git.example.com:8443/team/_git/app --project team",
    "version --client --short", "version -o json", "help app", "app sync --help", "login -h",
    "--help", "admin --help",
)
WRITE = (
    "app sync web", "app sync web other -N prod", "app sync -l team=a --async",
    "app sync --project team", "app sync web --dry-run",
    "app sync web --revision main --timeout 300 --strategy hook",
    "app sync web --resource apps:Deployment:x --resource ':Service:x' --resource '!*:Service:*'",
    "app sync web --prune=false --label a=b --info 'ticket=PLAT 1' --retry-limit -1",
    "app sync web --preview-changes --assumeYes --server-side --apply-out-of-sync-only",
    "app create web --repo https://g.io/x --path p --dest-server https://kubernetes.default.svc",
    "app create --name web --repo oci://registry.example.com/x --helm-set 'a=b c' --helm-set d=e",
    "app create web --sync-policy automated --auto-prune --self-heal --upsert -l team=a",
    "app create web --set-finalizer --dest-name dev --dest-namespace prod --project team",
    "app set web -p image.tag=v2 -p COMPONENT=x --kustomize-image a=b:c --nameprefix ''",
    "app set web --directory-include '{*.yml,*.yaml}' --source-position 1 --values prod.yaml",
    "app set web --sync-option Prune=false --sync-option '!Replace=true'",
    "app unset web --namesuffix",
    "app unset web -p COMPONENT=PARAM --values a.yaml --kustomize-version", "app rollback web 3",
    "app rollback web --timeout 60", "app terminate-op web",
    "app add-source web --repo https://g.io/x", "app remove-source web --source-position 1",
    "app remove-source web --source-name charts", "app patch web --patch '[{\"op\": \"remove\"}]'",
    "app patch web --patch '{}' --type merge",
    "app actions run web restart --kind Deployment --resource-name web --group apps",
)
ADMIN = (
    "app sync web --prune", "app sync web --force --replace", "app rollback web 3 --prune",
    "app sync web --dry-run --prune", "app set web --sync-option Replace=true", "app delete web -y",
    "app create web --sync-option force=TRUE",
    "app delete web other --cascade=false --yes -p background", "app delete -l team=a --wait -y",
    "app delete-resource web --kind Pod --resource-name a --orphan",
    "app patch-resource web --kind Pod --patch '{}' --patch-type application/merge-patch+json",
    "app confirm-deletion web", "appset delete a b -y",
    "proj create p -d https://k.svc,default -s 'https://g/*'",
    "proj set p --allow-cluster-resource '*/*' --source-namespaces a,b", "proj delete p q",
    "proj add-source p 'https://git.example.com/*'",
    "proj add-source p '!https://git.example.com/x'", "proj remove-source p '*'",
    "proj add-destination p https://kubernetes.default.svc '*' --name",
    "proj remove-destination p dev prod",
    "proj allow-cluster-resource p '' Namespace 'team-*' -l allow",
    "proj deny-namespace-resource p apps Deployment",
    "proj add-orphaned-ignore p apps Deployment --name 'a-*'",
    "proj add-destination-service-account p dev prod deployer --service-account-namespace ci",
    "proj add-source-namespace p 'team-*'", "proj add-signature-key p D56C4FCA57A46444",
    "gpg rm D56C4FCA57A46444", "proj role create p r --description 'for ci'",
    "proj role add-policy p r -a sync -p allow -o '*'",
    "proj role remove-policy p r -a get -o p/web -r logs", "proj role add-group p r my-org:team",
    "proj windows add p -k allow --schedule '0 22 * * *' --duration 1h --applications 'prod-*,web'",
    "proj windows update p 1 --time-zone Europe/Berlin", "proj windows disable-manual-sync p 0",
    "proj windows enable-sync-overrun p 0", "proj windows delete p 0",
    "proj source-integrity git policies add p --repo-url 'https://g.io/*' --gpg-mode strict",
    "proj source-integrity git policies add p --gpg-key D5,E6 --gpg-key F7",
    "proj source-integrity git policies update p 1 --add-gpg-key D5 -y",
    "proj source-integrity git policies delete p 1 3 --yes",
    "repo rm https://g.io/x https://g.io/y", "repocreds rm https://g.io",
    "cert rm '[ssh.example.com]:443' --cert-type ssh", "cluster rm dev -y",
    "cluster set dev --name x --namespace '*' --label a=b",
)
NEVER = (
    "app list --server evil:443", "app list --server=", "app list --auth-token x",
    "app list --core", "app list --core=false", "app list --kube-context dev",
    "app list --config /tmp/x", "app list --insecure", "app list --argocd-context x",
    "app list --port-forward", "app list --port-forward-namespace x", "app list --plaintext=true",
    "app list --client-crt x --client-crt-key y", "app list --server-crt x",
    "app list -H 'Authorization: x'", "app list --header=a", "app list --grpc-web-root-path x",
    "app list --redis-name x", "app list --redis-haproxy-name x", "app list --redis-compress none",
    "app list --controller-name x", "app list --repo-server-name x", "app list --server-name x",
    "app list --http-retry-max 9", "app list --prompts-enabled=false", "version --kubeconfig x",
    "version -n x", "version --insecure-skip-tls-verify", "version --token x", "app logs web -f",
    "app logs web -pf", "app logs web --tail 10 -fp", "app logs web --follow=T",
    "app diff web --local /etc", "app diff web --server-side-diff",
    "app diff web --server-side-diff=1", "app diff web --local-include '*'",
    "app diff web --server-side-generate=false", "app manifests web --local-repo-root /",
    "app edit web", "app sync web --local .", "app create -f x.yaml web",
    "app create web --file=https://evil/x", "app set web --values-literal-file https://evil/v",
    "app get-resource web --kind Secret", "app get-resource web --kind=SECRETS",
    "appset create x.yaml", "appset generate https://evil/x", "proj create p -f x", "proj edit p",
    "proj role create-token p r", "project role token-create p r -e 0",
    "proj role delete-token p r 1", "proj role remove-token p r 1", "account generate-token",
    "account bcrypt", "account session-token", "account delete-token x",
    "account update-password --new-password x", "login x", "logout x", "relogin",
    "ctx staging --delete", "context --delete=false", "configure --prompts-enabled",
    "admin initial-password -n argocd", "admin export", "admin settings rbac can a b c",
    "cluster add dev -y", "cluster rotate-auth x", "repo add https://x --password y", "repo edit x",
    "repocreds add x", "cert add-tls x --from y", "cert add-ssh --batch", "gpg add --from x",
    "completion bash",
)
MALFORMED = (
    "", "demo-plugin sub", "my-custom-command", "kubectl get pods", "app", "app frob web",
    "app get", "app get a b", "app get a/b/c", "app get -", "app get 'a b'", "app get ../x",
    "app get 'a%2fb'", "app get web -o JSON", "app get web -o json -o yaml",
    "app list --loglevel debug", "app list x", "--grpc-web app list",
    "--logformat list app delete web", "app -N list sync web", "app sync",
    "app --app-namespace get delete web", "app sync web --timeout 0", "app sync web --timeout 5m",
    "app sync web --preview-changes", "app sync web --resource Service:x",
    "app sync web --strategy x", "app wait web", "app wait web --timeout 0",
    "app wait --timeout 60", "app rollback web x", "app delete web", "app delete -y",
    "app delete web -y=false", "app delete-resource web", "app patch web", "app create",
    "app patch-resource web --kind Pod", "app actions run web", "app actions run web restart",
    "app remove-source web", "app get-resource web", "app create web --repo file:///etc",
    "app create web --repo https://me:secret@g.io/x", "app create web --repo 'a b'",
    "appset delete set1", "app terminate-op web --yes-really",
    "app logs web --until-time yesterday", "appset apply x.yaml", "proj add-source p",
    "proj add-source p file:///etc", "proj add-destination p s", "proj windows delete p x",
    "proj set", "proj source-integrity git policies delete p 1", "proj windows add p -k maybe",
    "ctx staging", "context -", "cluster rm dev", "cluster get a b", "repo get -", "repo get 'x y'",
    "repo rm", "account can-i a b", "account can-i sync everything '*'", "gpg get ../x",
    "version x", "app list -- x", "app list --no_such", "app list --app_namespace x", "app list -x",
    "proj", "proj role", "app actions",
)


@pytest.mark.parametrize("line", READ)
def test_reading_needs_no_more_than_read_only(line: str) -> None:
    """Lists, states, logs and documentation are within read-only."""
    assert call_of(line).effect is Effect.READ


@pytest.mark.parametrize("line", WRITE)
def test_changes_of_applications_need_write(line: str) -> None:
    """Syncs and changes of an application's own settings are a writer's work, dry runs too."""
    assert call_of(line).effect is Effect.WRITE


@pytest.mark.parametrize("line", ADMIN)
def test_destruction_and_rights_need_admin(line: str) -> None:
    """Deletion, pruning, projects, clusters and repositories are admin's."""
    assert call_of(line).effect is Effect.ADMIN


@pytest.mark.parametrize("line", NEVER)
def test_what_no_level_allows_says_why(line: str) -> None:
    """Other servers, credentials, local files, editors and streams are refused with a reason."""
    call = call_of(line)
    worst = max(call.demands, key=lambda demand: demand.effect)
    assert call.effect is Effect.NEVER
    assert worst.why and worst.span is not None


@pytest.mark.parametrize("line", MALFORMED)
def test_what_is_not_understood_is_an_error(line: str) -> None:
    """Plugins, unknown flags, early flags, wrong operands and values never become a call."""
    with pytest.raises(CommandError) as caught:
        call_of(line)
    assert caught.value.message


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("project list", "proj list"), ("ctx", "context"),
        ("account whoami", "account get-user-info"),
        ("proj role token-list p r", "proj role list-tokens"),
        ("project role list-token p r", "proj role list-tokens"),
        ("proj role token-create p r", "proj role create-token"),
        ("proj role token-delete p r 1", "proj role delete-token"),
    ],
)
def test_aliases_are_folded(line: str, command: str) -> None:
    """An alias is judged, and run, as the command that it stands for."""
    call = call_of(line)
    assert call.command == f"argocd {command}"
    assert call.argv()[: 1 + len(call.verb.path)] == ("argocd", *command.split())


@pytest.mark.parametrize(
    ("line", "kind", "names"),
    [
        ("app sync web argocd/other", "application", [("web", ""), ("other", "argocd")]),
        ("app rollback web 3", "application", [("web", "")]), ("app list", "", []),
        ("app actions run web restart --kind Pod", "application", [("web", "")]),
        ("appset get team/set1", "applicationset", [("set1", "team")]),
        ("proj add-source p https://g.io/x", "appproject", [("p", "")]),
        ("proj role add-group p r g", "appproject", [("p", "")]),
        ("cluster get https://k.svc", "cluster", [("https://k.svc", "")]),
        ("repo rm oci://a.io b.io/x", "repository", [("oci://a.io", ""), ("b.io/x", "")]),
        ("repocreds rm https://g.io", "repocreds", [("https://g.io", "")]),
        ("gpg get D5", "gpgkey", [("D5", "")]), ("cert rm g.io", "certificate", [("g.io", "")]),
    ],
)
def test_operands_say_what_a_call_is_about(
    line: str, kind: str, names: list[tuple[str, str]]
) -> None:
    """Kind and name come from the operands; an action, an ID or a URL of a project does not."""
    subjects = call_of(line).subjects
    assert [(subject.name, subject.namespace) for subject in subjects] == names
    assert {subject.kind for subject in subjects} <= {kind}


def test_argv_is_canonical_and_takes_the_placed_target() -> None:
    """Each flag once as --flag=value, namespaces kept, the target's flags first."""
    call = call_of("app logs -N team web --namespace prod -pm --tail 5")
    assert call.argv("--core=true", "--kube-context=dev") == (
        "argocd", "app", "logs", "--core=true", "--kube-context=dev", "--app-namespace=team",
        "--namespace=prod", "--previous=true", "--match-case=true", "--tail=5", "web",
    )


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("app delete web", "Add -y."), ("appset delete a", "Add -y."), ("cluster rm a", "Add -y."),
        ("app wait web", "Add --timeout 60 (seconds)."), ("app sync", "--selector or --project"),
        ("app sync web --preview-changes", "--assumeYes"), ("ctx staging", "argument `context`"),
        ("app snyc web", "sync"), ("app get web --outptu json", "--output"),
    ],
)
def test_errors_point_at_the_way_out(line: str, hint: str) -> None:
    """A refusal names the nearest form that works."""
    with pytest.raises(CommandError) as caught:
        call_of(line)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("words", "sensitivity"),
    [("app logs", Sensitivity.LOGS), ("app manifests", Sensitivity.SECRETS), ("app get", None)],
)
def test_output_that_may_tell_more_is_marked(words: str, sensitivity: Sensitivity | None) -> None:
    """Logs and manifests are on the policy's second axis."""
    verb = ARGOCD.verb(tuple(words.split()))
    assert verb is not None and verb.sensitivity is sensitivity


def test_what_leads_elsewhere_is_refused_even_as_false() -> None:
    """No flag that names another server, session or file can be talked into being allowed."""
    dangerous = (Meaning.SERVER, Meaning.FILE, Meaning.LISTENER, Meaning.INTERACTIVE)
    flags = [flag for verb in ARGOCD.verbs for flag in (*ARGOCD.common, *verb.flags)]
    suspects = [flag for flag in flags if flag.meaning in dangerous]
    assert suspects
    assert all(flag.effect is Effect.NEVER and flag.strict for flag in suspects)


def test_no_flag_is_dropped_from_argv() -> None:
    """The target of argocd is a server, so none of its flags means a context or a namespace."""
    placed = (Meaning.CONTEXT, Meaning.NAMESPACE)
    flags = [flag for verb in ARGOCD.verbs for flag in (*ARGOCD.common, *verb.flags)]
    assert not [flag.name for flag in flags if flag.meaning in placed]
    runnable = [v for v in ARGOCD.verbs if v.effect < Effect.NEVER and not v.group]
    assert not [verb.words for verb in runnable if verb.namespaced]
