"""grep, head, tail, sort, uniq, wc, cut, tr, column and base64: the table of security.md section 5.

Held against GNU grep 3.8, coreutils 9.1 and column of util-linux 2.38. None of them gets an operand
that it could open: what is left after the options is a pattern (grep) or a set (tr).
"""

import re

from .options import (
    CHARACTER,
    LONG_TEXT,
    TEXT,
    Option,
    Program,
    Style,
    Value,
    Words,
    flags,
    no_operands,
    number,
    one_of,
    option,
)

MOST_BYTES = 16 * 1024 * 1024
"""The most that head and tail are asked for; a result is far shorter."""

_UNITS = {
    "": 1, "b": 512, "kB": 1000, "K": 1024, "KB": 1000, "KiB": 1024, "k": 1024,
    "M": 1024**2, "MB": 10**6, "MiB": 1024**2,
}


def _amount(signs: str) -> Value:
    pattern = re.compile(rf"[{signs}]?([0-9]{{1,9}})([A-Za-z]{{0,3}})")

    def accepts(text: str) -> bool:
        found = pattern.fullmatch(text)
        unit = _UNITS.get(found[2]) if found else None
        return found is not None and unit is not None and int(found[1]) * unit <= MOST_BYTES

    return Value(f"a number up to {MOST_BYTES} such as 20, 2K or {signs[-1]}5", accepts)


def _matching(name: str, pattern: str) -> Value:
    compiled = re.compile(pattern)
    return Value(name, lambda text: compiled.fullmatch(text) is not None)


def _pattern(words: Words) -> tuple[str, ...]:
    """One pattern, unless ``-e`` gave it: then every operand would be a file."""
    if words.values("-e"):
        words.at_most(0, "no operand beside -e")
        return ()
    if not words.operands:
        raise words.error(words.name, f"{words.name.text} needs a pattern.")
    return ("--", words.at_most(1, "one pattern")[0].text)


def _sets(words: Words) -> tuple[str, ...]:
    if not words.operands:
        raise words.error(words.name, "tr needs a set of characters.")
    return ("--", *(token.text for token in words.at_most(2, "one or two sets")))


def _one_list(words: Words) -> tuple[str, ...]:
    """cut wants one kind of list, and says so only when it runs."""
    if sum(bool(words.values(name)) for name in ("-b", "-c", "-f")) != 1:
        raise words.error(words.name, "cut needs one of -f, -c and -b.")
    return no_operands(words)


_LINES = number(1_000_000)
_CONTEXT = option("-C --context", _LINES)
_GREP = (
    *flags(
        "-i --ignore-case", "--no-ignore-case", "-v --invert-match", "-w --word-regexp",
        "-x --line-regexp", "-c --count", "-n --line-number", "-o --only-matching",
        "-h --no-filename", "-H --with-filename",
        "-s --no-messages", "-q --quiet --silent", "-a --text", "-E --extended-regexp",
        "-F --fixed-strings", "-G --basic-regexp", "-P --perl-regexp", "-z --null-data",
        "-b --byte-offset", "--line-buffered", "--no-group-separator",
    ),
    option("-e --regexp", TEXT, repeats=True),
    option("-m --max-count", _LINES),
    option("-A --after-context", _LINES),
    option("-B --before-context", _LINES),
    _CONTEXT,
    option("--color --colour", one_of("never", "auto"), bare="auto"),
    option("--group-separator", TEXT),
)
_HEAD_LINES = option("-n --lines", _amount("-"))
_TAIL_LINES = option("-n --lines", _amount("-+"))
_HEADERS = flags("-q --quiet --silent", "-v --verbose", "-z --zero-terminated")
_HEAD = (_HEAD_LINES, option("-c --bytes", _amount("-")), *_HEADERS)
_TAIL = (_TAIL_LINES, option("-c --bytes", _amount("-+")), *_HEADERS)
_WC = flags("-c --bytes", "-m --chars", "-l --lines", "-w --words", "-L --max-line-length")
_FIELD = r"[1-9][0-9]{0,5}(?:\.[0-9]{1,6})?[bdfgiMhnrV]*"
_KEY = _matching("a key such as 2, 2,2 or 3nr", rf"{_FIELD}(?:,{_FIELD})?")
_SEPARATOR = Value(r"one character or \0", lambda text: len(text) == 1 or text == r"\0")
_LIST = _matching(
    "a list such as 1,3-5 or 2-",
    r"(?:[1-9][0-9]{0,5}(?:-(?:[1-9][0-9]{0,5})?)?|-[1-9][0-9]{0,5})"
    r"(?:[, ](?:[1-9][0-9]{0,5}(?:-(?:[1-9][0-9]{0,5})?)?|-[1-9][0-9]{0,5}))*",
)
_SORT = (
    *flags(
        "-b --ignore-leading-blanks", "-d --dictionary-order", "-f --ignore-case",
        "-g --general-numeric-sort", "-h --human-numeric-sort", "-i --ignore-nonprinting",
        "-M --month-sort", "-n --numeric-sort", "-r --reverse", "-u --unique", "-V --version-sort",
        "-s --stable", "-c", "-C", "-z --zero-terminated",
    ),
    option("-k --key", _KEY, repeats=True),
    option("-t --field-separator", _SEPARATOR),
    option("--sort", one_of("general-numeric", "human-numeric", "month", "numeric", "version")),
    option("--check", one_of("diagnose-first", "quiet", "silent"), bare="diagnose-first"),
)
_UNIQ = (
    *flags(
        "-c --count", "-d --repeated", "-D", "-i --ignore-case", "-u --unique",
        "-z --zero-terminated",
    ),
    option("-f --skip-fields", _LINES),
    option("-s --skip-chars", _LINES),
    option("-w --check-chars", _LINES),
    option("--all-repeated", one_of("none", "prepend", "separate"), bare="none"),
    option("--group", one_of("separate", "prepend", "append", "both"), bare="separate"),
)
_CUT = (
    option("-b --bytes", _LIST),
    option("-c --characters", _LIST),
    option("-f --fields", _LIST),
    option("-d --delimiter", CHARACTER),
    *flags("-s --only-delimited", "--complement", "-z --zero-terminated"),
    option("--output-delimiter", TEXT),
)
_COLUMN: tuple[Option, ...] = (
    *flags("-t --table", "-x --fillrows", "-J --json"),
    option("-s --separator", LONG_TEXT),
    option("-o --output-separator", TEXT),
    option("-N --table-columns", LONG_TEXT),
    option("-H --table-hide", LONG_TEXT),
    option("-R --table-right", LONG_TEXT),
    option("-c --output-width", number(10_000)),
    option("-n --table-name", LONG_TEXT),
)

PROGRAMS = (
    Program("grep", "grep", _GREP, _pattern, number=_CONTEXT),
    Program("egrep", "grep", _GREP, _pattern, ("-E",), _CONTEXT),
    Program("fgrep", "grep", _GREP, _pattern, ("-F",), _CONTEXT),
    Program("head", "head", _HEAD, number=_HEAD_LINES),
    Program("tail", "tail", _TAIL, number=_TAIL_LINES),
    Program("sort", "sort", _SORT),
    Program("uniq", "uniq", _UNIQ),
    Program("wc", "wc", _WC),
    Program("cut", "cut", _CUT, _one_list),
    Program(
        "tr", "tr",
        flags("-c -C --complement", "-d --delete", "-s --squeeze-repeats", "-t --truncate-set1"),
        _sets, style=Style.POSIX,
    ),
    Program("column", "column", _COLUMN),
    Program(
        "base64", "base64",
        (*flags("-d --decode", "-i --ignore-garbage"), option("-w --wrap", number(1_000_000))),
    ),
)
"""In the order of security.md section 5; the programs with a script have modules of their own."""
