"""An atheris target: any text, for any tool, is refused with our own error or read back unchanged.

Run it with ``make fuzz``; arguments are libFuzzer's (``-max_total_time=60``).
"""

import sys

import atheris

with atheris.instrument_imports(include=["kubeport.domain"]):
    from kubeport.domain.command import Token
    from kubeport.domain.errors import TOOLS, KubeportError, Span
    from kubeport.domain.judging import judge
    from kubeport.domain.policy import BUILT_IN
    from kubeport.domain.tools.parsing import parse
    from kubeport.domain.understanding import understand


def one_input(data: bytes) -> None:
    """The first byte chooses the tool, the rest is the line."""
    if not data:
        return
    line = data[1:].decode("utf-8", "replace")
    try:
        understood = understand(line, TOOLS[data[0] % len(TOOLS)])
    except KubeportError as error:
        str(error)
        return
    if judge(understood, BUILT_IN["admin"]).allowed:
        call = understood.call
        again = parse(call.grammar, tuple(Token(word, Span(0, 1)) for word in call.argv()[1:]), " ")
        if again.argv() != call.argv():
            raise AssertionError(f"{line!r} runs {call.argv()}, which reads as {again.argv()}")


def main() -> None:
    """Hand over to libFuzzer."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
