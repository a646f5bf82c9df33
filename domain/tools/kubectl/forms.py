"""Types of values that only kubectl has, and the stricter names of what it addresses."""

from ..values import (
    DURATION,
    LABEL_KEY_PATTERN,
    LABEL_VALUE_PATTERN,
    NAMESPACE,
    QUANTITY,
    Value,
    list_of,
    matching,
)

_NAME = r"(?!.*\.\.)[A-Za-z0-9](?:[-A-Za-z0-9_.:]{0,250}[A-Za-z0-9.])?"
_KIND = r"(?![^/]*\.\.)[A-Za-z][-A-Za-z0-9]{0,62}(?:\.[-A-Za-z0-9.]{0,253})?"
_EFFECT = "(?:NoSchedule|PreferNoSchedule|NoExecute)"

OBJECT_NAME = matching("an object's name", _NAME)
NAME_PREFIX = matching("an object's name or the beginning of one", rf"{_NAME}-?")
KIND_NAME = matching("a kind such as pods or deployments.v1.apps", _KIND)
REFERENCE = matching("TYPE/NAME", rf"{_KIND}/{_NAME}")

LABEL_CHANGE = matching("KEY=VALUE or KEY-", rf"{LABEL_KEY_PATTERN}(?:={LABEL_VALUE_PATTERN}|-)")
ANNOTATION_CHANGE = matching("KEY=VALUE or KEY-", rf"(?s){LABEL_KEY_PATTERN}(?:=.*|-)")
ENV_CHANGE = matching("NAME=VALUE or NAME-", r"(?s)[A-Za-z_][-A-Za-z0-9_.]*(?:=.*|-)")
IMAGE_CHANGE = matching(
    "CONTAINER=IMAGE", r"(?:\*|[A-Za-z0-9][-A-Za-z0-9]*)=[A-Za-z0-9][-A-Za-z0-9_./:@+]*"
)
TAINT_CHANGE = matching(
    "KEY[=VALUE]:EFFECT or KEY[:EFFECT]-",
    rf"{LABEL_KEY_PATTERN}(?:(?:={LABEL_VALUE_PATTERN})?:{_EFFECT}-?|-)",
)

ENV_PAIR = matching("NAME=VALUE", r"(?s)[A-Za-z_][-A-Za-z0-9_.]*=.*")
KEY_TEXT = matching("KEY=VALUE", r"(?s)[A-Za-z0-9_.][-A-Za-z0-9_.]*=.*")
ANNOTATION_PAIR = matching("KEY=VALUE", rf"(?s){LABEL_KEY_PATTERN}=.*")
LABEL_PAIRS = list_of(matching("KEY=VALUE", rf"{LABEL_KEY_PATTERN}={LABEL_VALUE_PATTERN}"))
LABEL_COLUMNS = list_of(matching("a label key", LABEL_KEY_PATTERN))
AMOUNTS = list_of(
    Value(
        "RESOURCE=QUANTITY",
        lambda text: "=" in text and QUANTITY.accepts(text.partition("=")[2]) and text[0].isalnum(),
    )
)
AVERAGE = matching(
    "a percentage or quantity such as 80% or 500m", r"[1-9][0-9]{0,8}(?:%|[numkKMGTPE]i?)?"
)
PORT = matching("a port number", r"[1-9][0-9]{0,4}")
PORT_OR_NAME = matching("a port number or name", r"[0-9]{1,5}|[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
PORT_PAIRS = list_of(
    matching("PORT[:TARGET]", r"[0-9]{1,5}(?::(?:[0-9]{1,5}|[a-z0-9](?:[-a-z0-9]*[a-z0-9])?))?")
)
ADDRESS = matching("an IP address", r"[0-9A-Fa-f:.]+")
HOST = matching("a host name or address", r"[A-Za-z0-9](?:[-A-Za-z0-9.:]*[A-Za-z0-9])?\.?")
ACCOUNT = matching(
    "NAMESPACE:NAME", r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?"
)
PRINCIPAL = matching("a user or group name", r"[A-Za-z0-9][-A-Za-z0-9_.:@/+]*")
RULE_WORDS = list_of(matching("a verb or resource", r"[A-Za-z*/][-A-Za-z0-9_.:/*]*"))
INGRESS_RULE = matching(
    "HOST/PATH=SERVICE:PORT[,tls[=SECRET]]",
    r"[A-Za-z0-9*.-]*/[^=\s]*=[a-z0-9][-a-z0-9.]*:[-a-z0-9]+(?:,tls(?:=[-a-z0-9.]*)?)?",
)
BACKEND = matching("SERVICE:PORT", r"[a-z0-9][-a-z0-9.]*:[-a-z0-9]+")
SCHEDULE = matching("a schedule such as '*/5 * * * *'", r"[-A-Za-z0-9*/,? @#]+")
JOB_SOURCE = matching("cronjob/NAME", r"(?:cronjobs?|cj)(?:\.[a-z0-9.]+)?/[a-z0-9][-a-z0-9.]*")
ENV_SOURCE = matching("configmap/NAME or secret/NAME", rf"(?:configmaps?|cm|secrets?)/{_NAME}")
CONTAINERS = matching("a container name, wildcards allowed", r"[A-Za-z0-9*][-A-Za-z0-9*?]*")
CONTAINER = matching("a container name", r"[A-Za-z0-9][-A-Za-z0-9]*")
MANAGER = matching("a field manager's name", r"[A-Za-z0-9][-A-Za-z0-9_.]*")
REVISION = matching("a resource version", r"[0-9]{1,20}")
PATCH = matching("a patch in JSON or YAML", r"(?s).+")
API_VERSION = matching("an API version such as apps/v1", r"[A-Za-z0-9][-A-Za-z0-9./]*")
# The controllers make a token of the first and accept the second: both are credentials of the cluster.
_TOKENS = frozenset({"kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"})
SECRET_TYPE = Value(
    "a Secret type that is no token of the cluster",
    lambda text: API_VERSION.accepts(text) and text not in _TOKENS,
)
API_GROUP = matching("an API group", r"(?:[A-Za-z0-9][-A-Za-z0-9.]*)?")
GROUP_KINDS = matching("GROUP/VERSION/KIND", r"[A-Za-z0-9.-]+/[A-Za-z0-9]+/[A-Za-z0-9]+")
REQUEST_TIMEOUT = matching("a duration such as 30s", r"[1-9][0-9]{0,5}[smh]")
TIMEOUT = Value(
    "a duration above 0 such as 30s",
    lambda text: DURATION.accepts(text) and any(digit in text for digit in "123456789"),
)
CONDITION = matching(
    "create, delete, condition=NAME[=VALUE] or jsonpath='{PATH}'[=VALUE]",
    r"(?s)create|delete|condition=[A-Za-z0-9][-A-Za-z0-9._/]*(?:=[A-Za-z0-9._-]+)?|jsonpath=.+",
)
SORT_PATH = matching("a JSONPath such as .metadata.name", r"[^\s=][^\n]*")
RAW_PATH = matching(
    "one of /healthz, /livez, /readyz (each also with ?verbose), /version, "
    "/apis/metrics.k8s.io/v1beta1/nodes, /apis/metrics.k8s.io/v1beta1/namespaces/NAMESPACE/pods",
    r"/(?:healthz|livez|readyz)(?:\?verbose)?|/version"
    r"|/apis/metrics\.k8s\.io/v1beta1/(?:nodes|namespaces/[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?/pods)",
)
PRIORITY = matching("a whole number", r"-?[0-9]{1,10}")
CLUSTER_IP = matching("an IP address or None", r"None|[0-9A-Fa-f:.]+|")
MANAGER_PREFIX = matching("a prefix of variable names", r"[A-Za-z_][-A-Za-z0-9_.]*")
NAMESPACES = list_of(NAMESPACE)
FIELD_PATH = matching(
    "TYPE or TYPE.FIELD such as pods.spec", r"[A-Za-z][-A-Za-z0-9]*(?:\.[-A-Za-z0-9_$]+)*"
)
ACTION = matching("a verb such as get", r"[a-zA-Z]+|\*")
ASKED = matching(
    "TYPE, TYPE/NAME or a path such as /logs/",
    r"(?!.*\.\.)(?:(?:\*|[A-Za-z][-A-Za-z0-9.]*)(?:/[-A-Za-z0-9._:*]+)?|/[-A-Za-z0-9._/*]*)",
)
