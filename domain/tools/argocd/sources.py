"""The flags of app create, set and add-source that describe an application and its source."""

from ..grammar import Flag
from ..shorthand import local_file
from ..values import COUNT, DURATION, EMPTY_OR_TEXT, INTEGER, NAME, TEXT, WORD, one_of
from .flags import PROJECT, SOURCE_NAME, URL, many, one

_PLACE = (
    one("repo", value=URL), one("path"), one("revision", value=EMPTY_OR_TEXT), one("ref"),
    one("env"), one("tag-prefix"), SOURCE_NAME, PROJECT, one("dest-name", value=WORD),
    one("dest-namespace", value=NAME), one("dest-server", value=URL),
    one("revision-history-limit", value=COUNT), Flag("validate"),
)
_DRY_SOURCE = (
    one("dry-source-path"), one("dry-source-repo", value=URL), one("dry-source-revision"),
    one("hydrate-to-branch"), one("sync-source-branch"), one("sync-source-path"),
)
_SYNC = (
    one("sync-policy", value=one_of("manual", "none", "automated", "auto", "automatic")),
    Flag("auto-prune"), Flag("self-heal"), Flag("allow-empty"), many("sync-option"),
    one("sync-retry-backoff-duration", value=DURATION),
    one("sync-retry-backoff-factor", value=COUNT),
    one("sync-retry-backoff-max-duration", value=DURATION), one("sync-retry-limit", value=INTEGER),
    Flag("sync-retry-refresh"),
)
_HELM = (
    one("helm-chart"), one("helm-version"), one("helm-kube-version"),
    one("helm-namespace", value=NAME), one("release-name", value=NAME), many("helm-api-versions"),
    many("helm-set", value=TEXT), many("helm-set-string", value=TEXT),
    many("helm-set-file", value=TEXT), many("values"), Flag("helm-pass-credentials"),
    Flag("helm-skip-crds"), Flag("helm-skip-schema-validation"), Flag("helm-skip-tests"),
    Flag("ignore-missing-value-files"), local_file("values-literal-file"),
)
_KUSTOMIZE = (
    one("nameprefix", value=EMPTY_OR_TEXT), one("namesuffix", value=EMPTY_OR_TEXT),
    one("kustomize-version"), one("kustomize-kube-version"), one("kustomize-namespace", value=NAME),
    many("kustomize-image"), many("kustomize-replica"), many("kustomize-api-versions"),
    many("kustomize-common-annotation", value=TEXT), many("kustomize-common-label", value=TEXT),
    Flag("kustomize-force-common-annotation"), Flag("kustomize-force-common-label"),
    Flag("kustomize-label-include-templates"), Flag("kustomize-label-without-selector"),
    Flag("ignore-missing-components"),
)
_OTHERS = (
    Flag("directory-recurse"), one("directory-include"), one("directory-exclude"),
    Flag("directory-disable-extension-filter"), many("jsonnet-ext-var-code", value=TEXT),
    many("jsonnet-ext-var-str", value=TEXT), many("jsonnet-tla-code", value=TEXT),
    many("jsonnet-tla-str", value=TEXT), many("jsonnet-libs"), one("config-management-plugin"),
    many("plugin-env", value=TEXT), many("parameter", "p", TEXT),
)
SOURCE = (*_PLACE, *_DRY_SOURCE, *_SYNC, *_HELM, *_KUSTOMIZE, *_OTHERS)
