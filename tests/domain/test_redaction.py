"""What redaction takes out of single lines and values, and what it must leave alone."""

import subprocess
import sys

import pytest

from kubeport.domain.redaction import Redactor, redact, redact_words

JWT = "eyJhbGciOiJSUzI1NiIsImtpZCI6IiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJlLXNpZw"

CONCEALED = [
    # by form, wherever it stands
    (f"got {JWT} here", JWT),
    ("key AKIAIOSFODNN7EXAMPLE used", "AKIAIOSFODNN7EXAMPLE"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPx", "wJalrXUtnFEMI/K7MDENG/bPx"),
    ("cloned with ghp_abcdefghijklmnopqrst0123456789", "ghp_abcdefghijklmnopqrst0123456789"),
    ("cloned with gho_abcdefghijklmnopqrst0123456789", "gho_abcdefghijklmnopqrst0123456789"),
    ("x github_pat_11ABCDEFG0abcdefghijklmn y", "github_pat_11ABCDEFG0abcdefghijklmn"),
    ("x glpat-abcdefghij0123456789 y", "glpat-abcdefghij0123456789"),
    ("x xoxb-123456789012-abcdef y", "xoxb-123456789012-abcdef"),
    ("x sk-proj-Abcdefghijklmnopqrst1234 y", "sk-proj-Abcdefghijklmnopqrst1234"),
    ("x sk-abcdefghijklmnopqrstuvwx y", "sk-abcdefghijklmnopqrstuvwx"),
    ("x AIzaSyA1234567890abcdefghijklmnopqrstuv y", "AIzaSyA1234567890abcdefghijklmnopqrstuv"),
    ("kubeadm join --discovery abcdef.0123456789abcdef", "abcdef.0123456789abcdef"),
    ("x LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS0tLS0tCk1IY0NBUUVF y", "LS0tLS1CRUdJTiBFQyBQUklWQVRF"),
    ("a -----BEGIN EC PRIVATE KEY-----MHcCAQEE-----END EC PRIVATE KEY----- b", "MHcCAQEE"),
    ("data SDRzSUFBQUFBQUFBLytSOVNYUGlTTGI" + "A" * 60, "SDRzSUFBQUFBQUFBLytSOVNYUGlTTGI"),
    ("used Bearer abcdef123456 for it", "abcdef123456"),
    # addresses
    ("bitnami\thttps://bob:hunter2hunter@charts.example.com", "hunter2hunter"),
    ("postgres://u:pa/ss@w0rd@db:5432/x", "pa/ss@w0rd"),
    ("https://0123456789abcdef0123@sentry.example.com/1", "0123456789abcdef0123"),
    ("bob:hunter2hunter@tcp(db:3306)/shop", "hunter2hunter"),
    ("GET /x?access_token=abcdefgh&user=bob", "abcdefgh"),
    # headers
    ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    ("Set-Cookie: sid=abcdefgh; Path=/", "abcdefgh"),
    ("curl -H 'Cookie: sid=abcdefgh' http://x", "abcdefgh"),
    ('curl -H "Authorization: Bearer abcdefgh"', "abcdefgh"),
    ("header X-Api-Key: ab12cd34ef", "ab12cd34ef"),
    # by name
    ("DB_PASSWORD=hunter2 with spaces", "hunter2 with spaces"),
    ("export API_KEY=abcdefgh", "abcdefgh"),
    ("      DB_PASSWORD:  hunter2", "hunter2"),
    ('level=error password="two words" x=1', "two words"),
    ("{Username:bob Password:hunter2 Host:x}", "hunter2"),
    ("{'password': 'hunter2', 'user': 'bob'}", "hunter2"),
    ("login failed, password: hunter2", "hunter2"),
    ("Server=db;Password=hunter2;Encrypt=true", "hunter2"),
    ("AccountName=x;AccountKey=abcdefghij==;Suffix=core", "abcdefghij=="),
    ("PGPASSWORD=hunter2 psql -h db", "hunter2"),
    ("SMTP_PASS=hunter2", "hunter2"),
    ("DATABASE_DSN=abcdefgh", "abcdefgh"),
    ("connectionString: abcdefgh", "abcdefgh"),
    ("SESSION_KEY=9f86d081884c7d659a2feaa0c55ad015", "9f86d081884c7d659a2feaa0c55ad015"),
    ("args --db-password hunter2 --user bob", "hunter2"),
    ("--set auth.password=hunter2,image.tag=1", "hunter2"),
    ("create secret generic x --from-literal=colour=hunter2", "hunter2"),
    ('msg="{\\"token\\":\\"abcdefgh\\"}"', "abcdefgh"),
    ('{"auths":{"r":{"auth":"dTpwNHNz"}}}', "dTpwNHNz"),
    ("token: Bearer abcdefgh", "abcdefgh"),
]


@pytest.mark.parametrize(("text", "secret"), CONCEALED)
def test_a_secret_is_replaced_by_a_mark(text: str, secret: str) -> None:
    """The secret is gone, a mark of eight hex digits is there, and it was counted."""
    assert secret in text
    clean, count = redact(text)
    assert secret not in clean
    assert "<redacted:" in clean
    assert count >= 1


@pytest.mark.parametrize(("text", "secret"), CONCEALED)
def test_what_was_redacted_stays_as_it_is(text: str, secret: str) -> None:
    """Redacting once more changes nothing: marks are no secrets."""
    clean, _ = redact(text)
    assert redact(clean) == (clean, 0)


KEPT = [
    "secretName: web-tls",
    "automountServiceAccountToken: false",
    "secretKeyRef: db/password",
    "      API_KEY:  <set to the key 'api' in secret 'web'>  Optional: false",
    "TokenExpirationSeconds:  3607",
    "Tokens:              default-token-x7k2p",
    "Mountable secrets:   <none>",
    "password:  8 bytes",
    "DB_PASSWORD=$(OTHER)",
    "password: {{ .Values.password }}",
    "password: ''",
    "password: null",
    "token: <none>",
    "client-key-data: DATA+OMITTED",
    "max_tokens: 4096",
    "author: Bob",
    "authorization-mode=Node,RBAC",
    "bypass=yes compass=north passive=1",
    "default   secret-manager-7d9c   1/1   Running   0   3d",
    "web-tls   kubernetes.io/tls   2      3d",
    "pod/password-reset-deploy condition met",
    "deployment.apps/token-service created",
    "tokenreviews   authentication.k8s.io/v1   false   TokenReview",
    "checksum/secret: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "nginx.ingress.kubernetes.io/auth-secret: basic-auth",
    'MountVolume.SetUp failed for volume "certs" : secret "web-tls" not found',
    'Error: secrets "db" is forbidden: User "bob" cannot get resource "secrets"',
    "Pulled image registry.example.com/secret-manager:1.2.3",
    "    --token='':\n\tBearer token for authentication to the API server",
    "      --password string   chart repository password where to locate the chart",
    "--docker-password=DOCKER_PASSWORD",
    "existingSecret: my-db",
    "imagePullSecrets: [regcred]",
    "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIE\n-----END CERTIFICATE-----",
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUM2akNDQWRLZ0F3SUJBZ0lCQURBTg==",
    "http://db:5432/x?mail=a@b.example",
    "git@github.com:acme/shop.git ssh://git@github.com/acme/shop",
    "duration=123456.1234567890123456 v=1",
    "uid: cd0c92aa-42a2-4334-9ec2-7f91c04dfa4e",
    "pod-template-hash=697d48dc45",
    "Invalid token: unexpected end of input",
    "2026-01-01 auth: user bob logged in",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_only_speaks_of_secrets_stays(text: str) -> None:
    """Names, references, placeholders and prose are not touched."""
    assert redact(text) == (text, 0)


def test_the_key_stays_visible() -> None:
    """Only the value goes."""
    clean, _ = redact("DB_PASSWORD=hunter2\n", b"k")
    assert clean.startswith("DB_PASSWORD=<redacted:")
    assert clean.endswith(">\n")


def test_equal_values_have_equal_marks_in_all_spellings() -> None:
    """Plain, quoted, in JSON and in an escaped string: the mark is that of the value."""
    spellings = ["DB_PASSWORD=hunter2", "password: 'hunter2'", '{"password":"hunter2"}']
    marks = {redact(text)[0].split("<redacted:")[1][:8] for text in spellings}
    assert len(marks) == 1
    assert redact("password=hunter3")[0].split("<redacted:")[1][:8] not in marks


def test_marks_depend_on_the_key() -> None:
    """Without the key nobody can compute the mark of a guess."""
    one, same, other = (redact("password=hunter2", key)[0] for key in (b"a", b"a", b"b"))
    assert one == same
    assert one != other
    assert redact("password=hunter2")[0] not in {one, other}


def test_a_redactor_counts() -> None:
    """Each mark counts, over all pieces."""
    redactor = Redactor(b"k")
    redactor.feed("password=hunter2\nfoo\n")
    redactor.feed("token=abcdefgh\n")
    redactor.finish()
    assert redactor.count == 2


def test_words_of_a_command_line() -> None:
    """The word behind a flag that takes a secret is one; other words are read by themselves."""
    words = ["kubectl", "config", "--token", "abcdefgh", "--user", "bob", "--password=hunter2"]
    clean, count = redact_words(words, b"k")
    assert clean[:3] == ("kubectl", "config", "--token")
    assert clean[3].startswith("<redacted:")
    assert clean[4:6] == ("--user", "bob")
    assert clean[6].startswith("--password=<redacted:")
    assert count == 2


def test_importing_is_cheap() -> None:
    """The expressions are compiled at first use, not at import."""
    code = (
        "import sys, kubeport.domain.redaction\n"
        "print([m for m in ('json', 'secrets', 'kubeport.domain.redaction.scanner')"
        " if m in sys.modules])"
    )
    path = next(p for p in sys.path if p.endswith("src"))
    program = f"import sys; sys.path.insert(0, {path!r})\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
