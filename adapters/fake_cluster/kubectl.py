"""kubectl: its verbs, the flags that this cluster honours, and what answers them."""

from . import about, change, containers, create, events, get, logs, manifest, patch, rollout, top
from .describe import describe
from .drain import drain, taint
from .grammar import Tool, Verb

_LIST = "all-namespaces? selector field-selector filename output "
_CHANGE = "selector filename output dry-run field-manager all? recursive? "
_MAKE = "output dry-run field-manager validate save-config? "
_v = Verb.of

KUBECTL = Tool(
    "kubectl",
    (
        _v(
            "get",
            get.get,
            _LIST + "sort-by no-headers? show-labels? label-columns show-kind? ignore-not-found? chunk-size "
            "show-managed-fields? template allow-missing-template-keys? recursive?",
        ),
        _v(
            "describe",
            describe,
            "all-namespaces? selector filename show-events? chunk-size recursive?",
        ),
        _v(
            "logs",
            logs.logs,
            "container previous? tail since since-time timestamps? all-containers? all-pods? prefix? "
            "selector limit-bytes max-log-requests follow? ignore-errors? pod-running-timeout",
        ),
        _v("events", events.events, "all-namespaces? for types output no-headers? chunk-size"),
        *(
            _v(
                f"top {word}",
                top.top,
                "all-namespaces? selector field-selector sort-by no-headers?",
            )
            for word in ("pods", "nodes", "pod", "node")
        ),
        _v("version", about.version, "client? output"),
        _v("cluster-info", about.cluster_info),
        _v("api-versions", about.api_versions),
        _v("api-resources", about.api_resources, "api-group namespaced? output no-headers? cached? verbs"),
        _v("explain", about.explain, "api-version recursive?"),
        _v("auth can-i", about.can_i, "all-namespaces? list? quiet? no-headers? subresource"),
        _v("auth whoami", about.who_am_i, "output"),
        _v("config get-contexts", about.get_contexts, "output no-headers?"),
        _v("config current-context", about.current_context),
        _v("config get-clusters", about.get_clusters),
        _v("config get-users", about.get_users),
        _v("config view", about.view, "output minify? flatten? merge?"),
        _v("rollout status", rollout.status, "watch? timeout revision selector filename"),
        _v("rollout history", rollout.history, "revision selector filename"),
        _v("rollout restart", rollout.restart, _CHANGE),
        _v("rollout pause", rollout.pause, _CHANGE),
        _v("rollout resume", rollout.pause, _CHANGE),
        _v("rollout undo", rollout.undo, _CHANGE + "to-revision"),
        _v("wait", rollout.wait, _LIST + "for timeout all?"),
        _v("scale", change.scale, _CHANGE + "replicas current-replicas resource-version timeout"),
        _v("set image", containers.set_image, _CHANGE),
        _v("set env", containers.set_env, _CHANGE + "containers list? overwrite?"),
        _v(
            "label",
            change.label,
            _CHANGE + "overwrite? list? all-namespaces? field-selector resource-version",
        ),
        _v(
            "annotate",
            change.annotate,
            _CHANGE + "overwrite? list? all-namespaces? field-selector resource-version",
        ),
        _v("patch", patch.patch, _CHANGE + "patch type"),
        _v("cordon", change.cordon, "selector dry-run"),
        _v("uncordon", change.cordon, "selector dry-run"),
        _v(
            "drain",
            drain,
            "selector dry-run ignore-daemonsets? delete-emptydir-data? force? grace-period timeout "
            "disable-eviction? pod-selector",
        ),
        _v("taint", taint, _CHANGE + "overwrite?"),
        _v(
            "apply",
            manifest.apply,
            _MAKE + "filename server-side? force-conflicts? overwrite? wait? timeout recursive?",
        ),
        _v("replace", manifest.replace, _MAKE + "filename recursive?"),
        _v(
            "delete",
            manifest.delete,
            _LIST + "all? cascade dry-run force? grace-period ignore-not-found? now? timeout wait? "
            "recursive?",
        ),
        _v("create", create.create, _MAKE + "filename recursive?"),
        _v(
            "create deployment",
            create.making(create.deployment),
            _MAKE + "image replicas port",
            passes=True,
        ),
        *(
            _v(
                f"create {word}",
                create.making(create.config_map),
                _MAKE + "from-literal append-hash?",
            )
            for word in ("configmap", "cm")
        ),
        _v(
            "create secret generic",
            create.making(create.secret),
            _MAKE + "from-literal type append-hash?",
        ),
        *(_v(f"create {word}", create.making(create.namespace), _MAKE) for word in ("namespace", "ns")),
        *(
            _v(f"create {word}", create.making(create.service_account), _MAKE)
            for word in ("serviceaccount", "sa")
        ),
        _v("create job", create.making(create.job), _MAKE + "image from", passes=True),
        *(
            _v(f"create service {word}", create.making(create.service), _MAKE + "tcp")
            for word in ("clusterip", "nodeport")
        ),
        _v(
            "run",
            create.making(create.pod),
            _MAKE + "image port labels env restart command?",
            passes=True,
        ),
        _v("expose", create.expose, _MAKE + "port target-port name type protocol"),
        _v(
            "exec",
            logs.execute,
            "container stdin? tty? quiet? filename pod-running-timeout",
            passes=True,
        ),
    ),
    frozenset(
        [
            "context",
            "namespace",
            "request-timeout",
            "v",
            "warnings-as-errors?",
            "log-flush-frequency",
            "as",
            "as-group",
        ]
    ),
)
