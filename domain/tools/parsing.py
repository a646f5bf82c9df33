"""Words → Invocation, as cobra and pflag read them, and stricter wherever the two disagree.

Facts behind the rules (security.md section 0, verified with kubectl 1.37.1 and helm 4.3.1): cobra
finds the verb before it knows the flags, so only the short ``early`` list may precede it; pflag lets
the last value win, so a single-value flag may be given once; ``_`` is ``-`` to kubectl, so it is
refused; a flag with NoOptDefVal never takes the next word.
"""

import attrs

from ..command import Token
from ..effect import Effect
from ..errors import CommandError, Span
from ..nearness import did_you_mean
from .grammar import Demand, Flag, FlagTable, Grammar, Meaning, Verb
from .invocation import FlagUse, Invocation, boolean_text

_HELP = Flag("help", "h", meaning=Meaning.HELP)


def parse(grammar: Grammar, words: tuple[Token, ...], source: str) -> Invocation:
    """Parse *words*, the command without the tool's own name.

    Raises:
        CommandError: an unknown verb or flag, a missing or malformed value, a wrong operand; the
            message points at the token and names the nearest known form.
    """
    parser = _Parser(grammar, words, source)
    parser.find_verb()
    parser.read_rest()
    return _understood(parser.invocation())


@attrs.define
class _Parser:
    grammar: Grammar
    words: tuple[Token, ...]
    source: str
    at: int = 0
    path: tuple[str, ...] = ()
    verb: Verb | None = None
    verb_span: Span | None = None
    help: bool = False
    dashes: bool = False
    uses: list[FlagUse] = attrs.field(factory=list[FlagUse])
    operands: list[Token] = attrs.field(factory=list[Token])
    rest: list[Token] = attrs.field(factory=list[Token])

    def find_verb(self) -> None:
        """Walk down the command tree, taking only early flags on the way."""
        while self.at < len(self.words):
            word = self.words[self.at]
            if word.text.startswith("-"):
                if self.verb is not None and not self.grammar.children(self.path):
                    return
                if not self._early_flag(word):
                    return
            elif self._help_verb(word):
                continue
            else:
                found = self.grammar.child(self.path, word.text)
                if found is None:
                    break
                self._descend(found, word)
        if self.verb is None:
            raise self._unknown_verb()

    def _descend(self, path: tuple[str, ...], word: Token) -> None:
        self.path, self.verb = path, self.grammar.verb(path)
        self.verb_span = word.span if self.verb_span is None else self.verb_span.to(word.span)
        self.at += 1

    def _help_verb(self, word: Token) -> bool:
        """``help`` as the first word: the documentation of the command that follows."""
        if self.path or word.text != "help" or self.help:
            return False
        self.help, self.at = True, self.at + 1
        if self.at == len(self.words):
            self.verb, self.verb_span = Verb((), group=True, targets=False), word.span
        return True

    def _early_flag(self, word: Token) -> bool:
        """Take a flag that may stand before the verb; False where the verb is complete without it."""
        table = FlagTable.of(self.grammar.common, ())
        name = word.text.split("=", 1)[0]
        flag = (
            table.long.get(name[2:]) if name.startswith("--") else table.short.get(word.text[1:2])
        )
        if name in ("-h", "--help"):
            return self._help_flag(word)
        if flag is not None and flag.name in self.grammar.early:
            self._flag(word, table)
            return True
        if self.verb is not None and (not self.verb.group or self.verb.effect is Effect.NEVER):
            return False
        early = ", ".join(sorted(f"--{name}" for name in self.grammar.early))
        raise self._error(
            word,
            f"{name} may not stand before the verb.",
            f"Write the verb first, then its flags. Only these may come before it: {early or 'none'}.",
        )

    def _help_flag(self, word: Token) -> bool:
        if self.verb is None and self.at + 1 == len(self.words):
            self.verb, self.verb_span = Verb((), group=True, targets=False), word.span
        if self.verb is None:
            raise self._error(word, f"{word.text} must follow the verb.", "Write the verb first.")
        return False

    def _unknown_verb(self) -> CommandError:
        known = self.grammar.children(self.path)
        if self.at >= len(self.words):
            return CommandError(
                f"{self.grammar.tool} needs a command.",
                self.source,
                self.words[-1].span if self.words else None,
                f"Known commands: {', '.join(known)}.",
            )
        word = self.words[self.at]
        return self._error(
            word,
            f"{word.text!r} is not a {self.grammar.tool} command that Kubeport knows.",
            did_you_mean(word.text, known) or "Plugins are never run.",
        )

    def read_rest(self) -> None:
        """Flags and operands after the verb, in any order, up to ``--``."""
        verb = self.verb
        assert verb is not None
        if verb.effect is Effect.NEVER:
            self._read_refused()
            return
        table = self.grammar.flags_of(verb)
        while self.at < len(self.words):
            word = self.words[self.at]
            if word.text == "--":
                self.dashes = True
                self.rest.extend(self.words[self.at + 1 :])
                self.at = len(self.words)
            elif word.text.startswith("-") and word.text != "-":
                self._flag(word, table)
            else:
                self._operand(word, verb)

    def _read_refused(self) -> None:
        """A verb that is never run: what follows does not matter, but for a call for help."""
        left = self.words[self.at :]
        self.help = self.help or [word.text for word in left] in (["--help"], ["-h"])
        self.operands.extend(left)

    def _operand(self, word: Token, verb: Verb) -> None:
        if verb.group:
            raise self._unknown_verb()
        if (below := self.grammar.child(verb.path, word.text)) is not None:
            raise self._error(
                word,
                f"{word.text!r} is not expected here.",
                f"Write {self.grammar.tool} {' '.join(below)} before its flags.",
            )
        self.operands.append(word)
        self.at += 1

    def _flag(self, word: Token, table: FlagTable) -> None:
        if word.text.startswith("--"):
            self._long(word, table)
        else:
            self._cluster(word, table)

    def _long(self, word: Token, table: FlagTable) -> None:
        name, equals, value = word.text[2:].partition("=")
        flag = table.long.get(name) or (_HELP if name == "help" else None)
        if flag is None:
            raise self._unknown_flag(word, f"--{name}", table)
        self.at += 1
        self._take(flag, word, value if equals else None)

    def _cluster(self, word: Token, table: FlagTable) -> None:
        """``-Ao yaml``, ``-nweb``, ``-n=web``: letters until one of them takes the rest as value."""
        letters = word.text[1:]
        self.at += 1
        while letters:
            flag = table.short.get(letters[0]) or (_HELP if letters[0] == "h" else None)
            if flag is None:
                raise self._unknown_flag(word, f"-{letters[0]}", table)
            letters = letters[1:]
            if letters.startswith("="):
                return self._take(flag, word, letters[1:])
            if flag.takes_next_word:
                return self._take(flag, word, letters or None)
            self._take(flag, word, None)
        return None

    def _take(self, flag: Flag, word: Token, value: str | None) -> None:
        """Note one use of *flag*; a value of None is the next word, or what a bare flag means."""
        span = word.span
        if value is None and flag.takes_next_word:
            if self.at >= len(self.words):
                raise self._error(word, f"--{flag.name} needs a value: {flag.value.name}.")
            value, span = self.words[self.at].text, span.to(self.words[self.at].span)
            self.at += 1
        if value is None:
            value = flag.bare if flag.bare is not None else "true"
        self._note(flag, value, span)

    def _note(self, flag: Flag, value: str, span: Span) -> None:
        if flag.value.boolean and flag.value.accepts(value):
            value = boolean_text(value)
        if flag.meaning is Meaning.HELP:
            self.help = self.help or value == "true"
            return
        judged = flag.effect is not Effect.NEVER or flag.value.boolean
        if judged and not flag.value.accepts(value):
            raise CommandError(f"--{flag.name}: expected {flag.value.name}.", self.source, span)
        if not flag.repeats and any(use.flag.name == flag.name for use in self.uses):
            raise CommandError(
                f"--{flag.name} is given twice.",
                self.source,
                span,
                "Give it once: the last one would win.",
            )
        self.uses.append(FlagUse(flag, value, span))

    def _unknown_flag(self, word: Token, name: str, table: FlagTable) -> CommandError:
        hint = ""
        if "_" in name:
            hint = "Flags are spelled with '-', never with '_'."
        elif close := did_you_mean(name.lstrip("-"), table.long, prefix="--"):
            hint = close
        command = " ".join((self.grammar.tool, *self.path))
        return self._error(word, f"{name} is not a flag of {command} that Kubeport knows.", hint)

    def _error(self, word: Token, message: str, hint: str = "") -> CommandError:
        return CommandError(message, self.source, word.span, hint)

    def invocation(self) -> Invocation:
        assert self.verb is not None and self.verb_span is not None
        return Invocation(
            self.grammar,
            self.verb,
            self.source,
            self.verb_span,
            tuple(self.uses),
            tuple(self.operands),
            tuple(self.rest),
            self.dashes,
            self.help,
        )


def _understood(call: Invocation) -> Invocation:
    """Add what the call is about and everything it demands."""
    flags = tuple(
        Demand(use.flag.effect, use.flag.why or f"--{use.flag.name} {use.flag.meaning}", use.span)
        for use in call.flags
        if use.counts and use.flag.effect > Effect.READ
    )
    if call.help:
        return attrs.evolve(call, demands=tuple(d for d in flags if d.effect is Effect.NEVER))
    verb = call.verb
    own = Demand(
        verb.effect,
        verb.why or f"{call.command} {_DOES[verb.effect]}",
        call.verb_span,
        verb.instead,
    )
    if verb.group and verb.effect is not Effect.NEVER:
        raise call.error(
            f"{call.command or call.tool} needs a subcommand.",
            hint=f"One of: {', '.join(call.grammar.children(verb.path))}.",
        )
    if any(demand.effect is Effect.NEVER for demand in (own, *flags)):
        return attrs.evolve(call, demands=(own, *flags))
    if call.dashes and not verb.after_dashes:
        raise call.error("-- is not expected here.", hint="Leave it out.")
    call = attrs.evolve(call, subjects=verb.operands(call))
    found = tuple(demand for check in verb.checks for demand in check(call))
    return attrs.evolve(call, demands=(own, *flags, *found))


_DOES = {
    Effect.READ: "only reads",
    Effect.WRITE: "changes the cluster",
    Effect.ADMIN: "is destructive, or changes nodes, access or the cluster as a whole",
    Effect.NEVER: "is never allowed",
}
