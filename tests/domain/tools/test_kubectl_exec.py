"""Which programs ``kubectl exec`` runs, and which arguments they may have."""

import pytest

from kubeport.domain.effect import Effect
from kubeport.domain.errors import CommandError
from kubeport.domain.reading import read
from kubeport.domain.tools.invocation import Invocation
from kubeport.domain.tools.kubectl import KUBECTL, ExecRules, exec_demands
from kubeport.domain.tools.parsing import parse


def call_of(line: str) -> Invocation:
    """Parse *line*, which begins behind the word ``kubectl``."""
    return parse(KUBECTL, read(line).stages[0].words, line)


def effect_of(program: str, rules: ExecRules | None = None) -> Effect:
    """The effect of running *program* in a pod under *rules*, the default ones without."""
    call = call_of(f"exec web -- {program}")
    demands = (*call.demands, *exec_demands(call, rules or ExecRules()))
    return max(demand.effect for demand in demands)


@pytest.mark.parametrize(
    "program",
    [
        "ls", "ls -la /app", "cat /etc/resolv.conf", "cat /var/log/app.log", "date -Iseconds",
        "df -h", "date +%s", "ps aux", "ps -ef", "ps -o pid,time,user", "id", "hostname -f",
        "getent hosts a", "nslookup kubernetes.default", "uptime", "ls /dev", "df /dev/sda1",
        "du -sh /data",
    ],
)  # fmt: skip
def test_harmless_programs_run_for_admins(program: str) -> None:
    """The default list is for looking around."""
    assert effect_of(program) is Effect.ADMIN


@pytest.mark.parametrize(
    "program",
    [
        "sh", "bash -c id", "/bin/sh", "busybox sh", "env", "env sh", "timeout 5 ls",
        "python3.11 -c x", "/usr/bin/perl -e x", "nsenter -t 1", "find / -exec id", "curl x",
        "tail -f x", "sleep infinity", "'sh -c id'", "'ls -la'", "/bin/ls", "./ls", "LS", "''",
        "rm -rf /", "unlisted",
    ],
)  # fmt: skip
def test_other_programs_do_not(program: str) -> None:
    """Shells, interpreters, wrappers and everything unlisted is refused at every level."""
    assert effect_of(program) is Effect.NEVER


@pytest.mark.parametrize(
    "program",
    [
        "cat /var/run/secrets/kubernetes.io/serviceaccount/token", "cat /run/secrets/x",
        "cat /var//run/./secrets/x", "cat /var/run/x/../secrets/x", "cat run/secrets/x",
        "ls /RUN/SECRETS", "cat /proc/1/environ", "cat /proc/self/task/1/environ",
        "cat /proc/1/mem", "cat /proc/1/root/run/secrets/x", "cat /etc/shadow", "getent shadow",
        "cat /root/.ssh/id_rsa", "cat /root/.kube/config", "date -f /run/secrets/x",
        "ls --x=/run/secrets", "ps e", "ps auxe", "ps -ef e", "cat /dev/zero", "cat /dev/urandom",
        "cat /proc/kmsg", "nslookup 169.254.169.254", "getent hosts metadata.google.internal",
        "nslookup fe80::1", "nslookup 0xa9fea9fe", "date -s x", "date --set=x", "hostname evil",
        "cat /etc/secrets/db",
    ],
)  # fmt: skip
def test_arguments_reach_for_nothing_secret_or_endless(program: str) -> None:
    """Credentials, environments, metadata and endless files are refused in any spelling."""
    assert effect_of(program) is Effect.NEVER
    assert call_of(f"exec web -- {program}").effect is Effect.NEVER


@pytest.mark.parametrize(
    "line",
    ["exec web", "exec web --", "exec web ls", "exec web sh -- ls", "exec -- ls", "exec -c a -- b"],
)
def test_pod_and_program_are_explicit(line: str) -> None:
    """A pod before the dashes, a program behind them."""
    with pytest.raises(CommandError):
        call_of(line)


@pytest.mark.parametrize("flags", ["-i", "-t", "-it", "--stdin", "--tty=true", "-f x", "-qi"])
def test_there_is_no_terminal(flags: str) -> None:
    """Interactive flags are refused at every level; an explicit false is not one."""
    assert call_of(f"exec {flags} web -- ls").effect is Effect.NEVER
    assert call_of("exec -i=false web -- ls").effect is Effect.ADMIN


def test_an_operator_may_choose_the_programs() -> None:
    """Both lists are settings, and what is denied stays denied."""
    rules = ExecRules(programs=frozenset({"tail", "psql"}), denied=frozenset({"psql"}))
    assert effect_of("tail -n 5 /var/log/a", rules) is Effect.ADMIN
    assert effect_of("tail -f /var/log/a", rules) is Effect.NEVER
    assert effect_of("psql", rules) is Effect.NEVER
    assert effect_of("ls", rules) is Effect.NEVER


def test_other_verbs_have_no_program() -> None:
    """The rules are for exec alone: a new job starts its own image."""
    assert exec_demands(call_of("create job j --image=busybox -- sh -c id")) == ()
    assert exec_demands(call_of("exec web -- sh --help")) != ()
    assert exec_demands(call_of("exec --help")) == ()
