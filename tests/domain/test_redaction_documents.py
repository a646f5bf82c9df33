"""Redaction in YAML and JSON: what kind an object is decides, wherever the kind stands."""

import base64
import json
from typing import Any

import pytest

from kubeport.domain.redaction import redact

B64 = base64.b64encode(b"hunter2hunter").decode()

SECRET: dict[str, Any] = {
    "apiVersion": "v1",
    "data": {"password": B64, "name": B64, "tls.key": B64},
    "kind": "Secret",
    "metadata": {
        "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": json.dumps(
                {"apiVersion": "v1", "kind": "Secret", "stringData": {"name": "hunter2hunter"}}
            )
            + "\n"
        },
        "name": "web",
    },
    "type": "Opaque",
}
CONFIG_MAP: dict[str, Any] = {
    "apiVersion": "v1",
    "data": {
        "app.yaml": "db:\n  password: hunter2hunter\n  host: visible\n",
        "colour": "visible",
        "encoded": "dmlzaWJsZQ==",
    },
    "kind": "ConfigMap",
    "metadata": {"name": "web"},
}


def _layouts(value: object) -> list[str]:
    """JSON as kubectl, argocd, an API server and jq write it."""
    return [json.dumps(value, indent=n) for n in (None, 0, 1, 4)] + [
        json.dumps(value, separators=(",", ":")) + "\n",
        json.dumps(value, indent="\t") + "\nbehind\n",
        "2026-01-01 INFO before " + json.dumps(value) + " behind\n",
        "spec: " + json.dumps(value) + "\n",
        json.dumps({"text": json.dumps(value)}),
    ]


def _gone(text: str) -> str:
    clean, count = redact(text)
    assert B64 not in clean
    assert "hunter2" not in clean
    assert count > 0
    return clean


@pytest.mark.parametrize("text", _layouts(SECRET))
def test_values_of_a_secret_in_json(text: str) -> None:
    """The values are gone; keys, names and type stay."""
    clean = _gone(text)
    for kept in ("password", "tls.key", "stringData", "web", "Opaque"):
        assert kept in clean


@pytest.mark.parametrize("text", _layouts({"kind": "List", "items": [CONFIG_MAP, SECRET]}))
def test_a_secret_in_a_list_beside_a_config_map(text: str) -> None:
    """Of the ConfigMap only what is secret by its name is concealed."""
    clean = _gone(text)
    assert clean.count("visible") == text.count("visible")
    assert "dmlzaWJsZQ==" in clean


@pytest.mark.parametrize("indent", [None, 2])
def test_json_stays_json_and_its_layout_stays(indent: int | None) -> None:
    """Every concealed value is a string again, and nothing else changed."""
    text = json.dumps({"items": [SECRET, CONFIG_MAP]}, indent=indent)
    clean = json.loads(redact(text)[0])
    secret, config_map = clean["items"]
    assert {v[:10] for v in secret["data"].values()} == {"<redacted:"}
    assert config_map["data"]["colour"] == "visible"
    assert len(redact(text)[0].splitlines()) == len(text.splitlines())


def test_json_without_secrets_is_byte_for_byte_the_same() -> None:
    """Odd layout, escapes and numbers are not normalised."""
    text = '{ "a" :\t[1.50e+3 , true,null , "\\u00e9\\/" ],\r\n"kind":"Pod" ,"b":{} }  \n tail\n'
    assert redact(text) == (text, 0)


@pytest.mark.parametrize(
    "text",
    [
        '{"value":"visible","other":{"value":1}}',
        '{"value":"visible","name":"COLOUR"}',
        '["--password","--user","bob","--token",""]',
        '{"data":{"colour":"visible"}}',
        '{"data":{"colour":"visible"},"type":"event"}',
        '{"secretRef":{"name":"web"},"tokens":12,"secretName":null,"password":""}',
        "{broken} [1] [x {]} {{ .Values.token }} [{]",
    ],
)
def test_plain_json_stays(text: str) -> None:
    """Values without a secret name, references and what only looks like JSON are not touched."""
    assert redact(text) == (text, 0)


IN_JSON = [
    '{"kind":"SecretList","items":[{"metadata":{},"data":{"a":"%s"}}]}',
    '{"items":[{"data":{"a":"%s"},"type":"Opaque"}],"kind":"SecretList"}',
    '{"kind":"Secret","data":{"a":"%s"}}',
    '{"data":{"a":{"deep":["%s"]}},"kind":"Secret"}',
    '{"env":[{"name":"DB_PASSWORD","value":"%s"}]}',
    '{"env":[{"value":"%s","name":"DB_PASSWORD"}]}',
    '{"parameters":[{"name":"db.password","value":"%s"}]}',
    '{"httpHeaders":[{"name":"Authorization","value":"%s"}]}',
    '{"args":["--user","bob","--password","%s"]}',
    '{"args":["--password=%s"]}',
    '{"auth":{"rootPassword":"%s"}}',
    '{"secrets":{"stripe":{"live":"%s"}}}',
    '{"apiKeys":["%s"]}',
    '{"users":[{"user":{"exec":{"env":[{"name":"AWS_PROFILE","value":"%s"}]}}}]}',
    '{"users":[{"user":{"auth-provider":{"config":{"cmd-args":"%s"}}}}]}',
    '{"users":[{"user":{"client-key-data":"%s"}}]}',
    '{"data":{"value":"%s"},"kind":"Secret"}',
    '{"data":{"a":["x",{"value":"%s"}]},"kind":"Secret"}',
    '{"value":"%s",',
    '{"data":{"a":"%s',
    '{"data":{"a":"%s"},"kind":',
    '{"data":{"a":"%s"}, oops',
]


@pytest.mark.parametrize("template", IN_JSON)
def test_a_value_in_json_is_concealed(template: str) -> None:
    """Also where the kind comes late, is implied by a list, or never comes as the text is cut."""
    assert "c3VwZXJzZWNyZXQ=" not in redact(template.replace("%s", "c3VwZXJzZWNyZXQ="))[0]


YAML = [
    "apiVersion: v1\ndata:\n  name: %s\nkind: Secret\n",
    "kind: Secret\napiVersion: v1\ndata:\n  name: %s\n",
    "kind: Secret\r\ndata:\r\n  a: %s\r\n",
    "kind: 'Secret'  \nstringData:\n  'a b': \"%s\"\n",
    "kind: Secret # comment\nstringData:\n    a: |-\n      first\n\n      %s\nmetadata: {}\n",
    "kind: Secret\nstringData:\n  a: first\n    %s\n",
    "kind: Secret\nstringData:\n  # was %s\n  a: b\n",
    "kind: Secret\ndata: {a: %s}\n",
    'kind: Secret\ndata: {"a": "%s"}\n',
    "data: {a: %s}\nkind: Secret\n",
    "apiVersion: v1\nitems:\n- apiVersion: v1\n  data:\n    a: %s\n  kind: Secret\nkind: List\n",
    "items:\n- data:\n    a: %s\n  immutable: true\n  kind: Secret\n- kind: ConfigMap\n",
    "---\n# Source: x/secret.yaml\nkind: Secret\ntype: Opaque\ndata:\n\n  a: !!binary |\n    %s\n",
    "- value: b\n- value: %s\n  name: DB_PASSWORD\n",
    "data:\n  a: %s\nmetadata:\n  name: x\ntype: kubernetes.io/tls\n",
    "apiVersion: v1\ndata:\n  a: %s\n",
    "+kind: Secret\n+data:\n+  a: %s\n",
    "containers:\n- env:\n  - name: DB_PASSWORD\n    value: %s\n",
    "containers:\n- env:\n  - value: %s\n    name: DB_PASSWORD\n",
    "containers:\n- env:\n  - {name: DB_PASSWORD, value: %s}\n",
    "parameters:\n- forceString: true\n  name: db.password\n  value: %s\n",
    "args:\n- --db-password\n- %s\n",
    "args:\n- --db-password=%s\n",
    'command: ["x", "--db-password", "%s"]\n',
    "auth:\n  enabled: true\n  rootPassword: %s\n",
    "credentials:\n  deep:\n    colour: %s\n",
    "apiKeys:\n- %s\n",
    "apiKeys:\n  - a\n  - %s\n",
    "password: >-\n  %s\nuser: bob\n",
    "password: &anchor %s\n",
    "password:\n  %s\n",
    "a: |\n  -----BEGIN RSA PRIVATE KEY-----\n  Proc-Type: 4,ENCRYPTED\n\n  %s\n  QUJD\n"
    "  -----END RSA PRIVATE KEY-----\n",
    "user:\n  exec:\n    args:\n    - --token\n    - %s\n",
    "user:\n  exec:\n    env:\n    - name: AWS_PROFILE\n      value: %s\n",
    "user:\n  auth-provider:\n    config:\n      client-id: %s\n    name: oidc\n",
    'x: \'{"auths":{"r":{"auth":"%s"}}}\'\n',
    'x: "{\\"auths\\":{\\"r\\":{\\"auth\\":\\"%s\\"}}}"\n',
    'x: |\n  {"kind":"Secret","data":{"a":"%s"}}\n',
    'x: |\n  {\n    "data": {\n      "a": "%s"\n    },\n    "kind": "Secret"\n  }\n',
    "Data\n====\nDB_PASSWORD:\n----\n%s\nsecond\n\nBinaryData\n====\n",
    "NAME          VALUE\nimage.tag     1.0\ndb.password   %s\n\n",
]


@pytest.mark.parametrize("template", YAML)
def test_a_value_in_yaml_is_concealed(template: str) -> None:
    """In any style of scalar, in any order of the keys, and in what kubectl and argocd print."""
    text = template.replace("%s", "c3VwZXJzZWNyZXQ=")
    assert "c3VwZXJzZWNyZXQ=" not in redact(text)[0]


PLAIN = [
    "apiVersion: v1\ndata:\n  colour: visible\n  mode: token\nkind: ConfigMap\n",
    "kind: ConfigMap\ndata:\n  colour: visible\n---\nkind: Pod\ndata:\n  x: visible\n",
    "kind: Secret\nmetadata:\n  name: x\n---\napiVersion: v1\nkind: ConfigMap\ndata:\n  a: visible\n",
    "items:\n- kind: Secret\n  metadata: {}\n- kind: ConfigMap\n  data:\n    a: visible\n",
    "image:\n  tag: v1\ndata:\n  size: 10Gi of disk\n",
    "volumes:\n- name: certs\n  secret:\n    defaultMode: 420\n    items:\n    - key: tls.key\n"
    "      path: tls.key\n    secretName: web-tls\n",
    "- projected:\n    sources:\n    - serviceAccountToken:\n        audience: vault\n"
    "        expirationSeconds: 3607\n        path: token\n    - secret:\n        name: db\n",
    "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      key: password\n      name: db\n"
    "- name: COLOUR\n  value: visible\n",
    "imagePullSecrets:\n- name: regcred\nsecrets:\n- name: sa-token-x7k2p\n",
    "rules:\n- apiGroups: ['']\n  resources:\n  - secrets\n  - serviceaccounts/token\n  verbs: [get]\n",
    "livenessProbe:\n  exec:\n    command:\n    - cat\n    - /tmp/x\n",
    "properties:\n  password:\n    description: |-\n      The secret\n      of it\n    type: string\n",
    "args:\n- --token-ttl=24h\n- --service-account-private-key-file=/etc/sa.key\n- --v=2\n",
    "password: |\nuser: bob\n",
    "involvedObject:\n  kind: Secret\n  name: web\nmessage: gone\n",
]


@pytest.mark.parametrize("text", PLAIN)
def test_plain_yaml_stays(text: str) -> None:
    """Objects of other kinds, references to Secrets and schemas are not touched."""
    assert redact(text) == (text, 0)


def test_what_follows_a_block_is_read_again() -> None:
    """One mark stands for the block, with its indentation, and the next key is there."""
    clean, count = redact("password: |\n    a\n      b\n\nuser: bob\n", b"k")
    assert clean.startswith("password: |\n    <redacted:")
    assert clean.endswith(">\n\nuser: bob\n")
    assert count == 1


def test_a_private_key_in_a_log_with_prefixes() -> None:
    """The prefix of each line does not hide the body, and the lines behind it are kept."""
    body = ["-----BEGIN PRIVATE KEY-----", "A" * 64, "B" * 64, "Cc==", "-----END PRIVATE KEY-----"]
    text = "".join(f"[pod/web] {line}\n" for line in body) + "[pod/web] visible\n"
    clean, count = redact(text)
    assert "AAAA" not in clean and "BBBB" not in clean and "Cc==" not in clean
    assert clean.endswith("[pod/web] visible\n")
    assert count == 1


def test_a_key_that_never_ends_does_not_take_the_log_with_it() -> None:
    """Prose ends the body of a PEM block that was cut off."""
    text = "-----BEGIN PRIVATE KEY-----\n" + "A" * 64 + "\nand then it was gone\n"
    clean, _ = redact(text)
    assert "AAAA" not in clean
    assert "and then it was gone" in clean
