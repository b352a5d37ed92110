"""A cursor over the tokens of one statement.

The tokens are sqlglot's for Databricks: comments are gone, strings are unescaped, identifiers are without their
backticks. Statements that are not queries are read by it, word by word, so that `` `t`ALTER COLUMN `` needs no space and a
keyword in a string is no keyword. The text of a query or an expression is cut out between two tokens, for sqlglot's parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from sqlglot import exp
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token, TokenType

from infra.emulator.sql.dialect import DatabricksSql
from infra.emulator.sql.errors import SqlError, SyntaxFault

_T = TypeVar("_T")
_OPEN = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE}
_CLOSE = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE}
_STRINGS = {TokenType.STRING, TokenType.RAW_STRING}


def tokenize(sql: str) -> list[Token]:
    """The statement's tokens, one a word (sqlglot has `CLUSTER BY` as one); a semicolon at the end is dropped."""
    try:
        tokens = [word for token in DatabricksSql().tokenize(sql) for word in _words(token)]
    except TokenError as error:
        raise SyntaxFault(f"Syntax error: {error}") from error
    while tokens and tokens[-1].token_type is TokenType.SEMICOLON:
        tokens.pop()
    if not tokens:
        raise SqlError("PARSE_EMPTY_STATEMENT", "Syntax error, unexpected empty statement.", "42617")
    return tokens


def _words(token: Token) -> list[Token]:
    if token.token_type in _STRINGS or token.token_type is TokenType.IDENTIFIER or not re.search(r"\s", token.text):
        return [token]
    return [
        Token(TokenType.VAR, found[0], token.line, token.col, token.start + found.start(), token.start + found.end() - 1)
        for found in re.finditer(r"\S+", token.text)
    ]


class Tokens:
    """Where one is in a statement. `take…` moves on if the words are there, `expect…` fails if they are not."""

    def __init__(self, sql: str, tokens: list[Token] | None = None, parameters: dict[str, exp.Expr] | None = None) -> None:
        self.sql = sql
        self.tokens = tokenize(sql) if tokens is None else tokens
        self.index = 0
        self.parameters = parameters or {}

    @property
    def current(self) -> Token | None:
        return self.tokens[self.index] if self.index < len(self.tokens) else None

    @property
    def done(self) -> bool:
        return self.index >= len(self.tokens)

    def word(self, ahead: int = 0) -> str:
        """The token `ahead` as a keyword, in upper case; empty if there is none or it is quoted."""
        if self.index + ahead >= len(self.tokens):
            return ""
        token = self.tokens[self.index + ahead]
        return "" if token.token_type in _STRINGS or token.token_type is TokenType.IDENTIFIER else token.text.upper()

    def at(self, *words: str) -> bool:
        """Whether these keywords (or signs) come next."""
        return all(self.word(position) == word for position, word in enumerate(words))

    def take(self, *words: str) -> bool:
        """Move over these keywords if they come next."""
        if not self.at(*words):
            return False
        self.index += len(words)
        return True

    def take_one(self, *words: str) -> str:
        """Move over whichever of these keywords comes next, and give it; empty if none does."""
        word = self.word()
        if word not in words:
            return ""
        self.index += 1
        return word

    def expect(self, *words: str) -> None:
        if not self.take(*words):
            raise self.fault(f"expecting {' '.join(words)}")

    def fault(self, hint: str = "") -> SyntaxFault:
        """The error for a token that should not be here."""
        token = self.current
        near = "end of input" if token is None else f"'{self.sql[token.start : token.end + 1]}'"
        where = f" (line {token.line})" if token is not None else ""
        return SyntaxFault(f"Syntax error at or near {near}{': ' + hint if hint else ''}.{where}")

    def end(self) -> None:
        """Fail if anything is left."""
        if not self.done:
            raise self.fault("extra input")

    def next(self) -> Token:
        token = self.current
        if token is None:
            raise self.fault()
        self.index += 1
        return token

    def string(self) -> str:
        """A string literal, or several that stand side by side."""
        token = self.next()
        if token.token_type not in _STRINGS:
            self.index -= 1
            raise self.fault("expecting a string")
        text = token.text
        while self.current is not None and self.current.token_type in _STRINGS:
            text += self.next().text
        return text

    def at_string(self) -> bool:
        return self.current is not None and self.current.token_type in _STRINGS

    def number(self) -> int:
        token = self.next()
        if token.token_type is not TokenType.NUMBER or not token.text.isdigit():
            self.index -= 1
            raise self.fault("expecting a number")
        return int(token.text)

    def identifier(self) -> str:
        """A name of one part, as written. Keywords are names too where a name must stand."""
        token = self.next()
        text = token.text
        if token.token_type is TokenType.IDENTIFIER or text.replace("_", "a").isalnum():
            return text
        self.index -= 1
        raise self.fault("expecting a name")

    def name(self) -> tuple[str, ...]:
        """A dotted name, as written, or `IDENTIFIER('a.b')`, whose string may be a parameter."""
        if self.at("IDENTIFIER", "("):
            return self._identifier_clause()
        parts = [self.identifier()]
        while self.take("."):
            parts.append(self.identifier())
        return tuple(parts)

    def _identifier_clause(self) -> tuple[str, ...]:
        self.expect("IDENTIFIER", "(")
        if self.take(":"):
            key = self.identifier()
            value = self.parameters.get(key)
            if value is None:
                raise SqlError("UNBOUND_SQL_PARAMETER", f"Found the unbound parameter: {key}.", "42P02")
            text = value.name
        else:
            text = self.string()
        self.expect(")")
        return Tokens(text).name()

    def listed(self, item: Callable[[], _T]) -> list[_T]:
        """`(item, item, …)`; may be empty."""
        self.expect("(")
        items: list[_T] = []
        while not self.take(")"):
            if items:
                self.expect(",")
            items.append(item())
        return items

    def pairs(self) -> dict[str, str]:
        """`('key' = 'value', key.with.dots = 1, 'key')`: properties, tags, options."""
        return dict(self.listed(self._pair))

    def _pair(self) -> tuple[str, str]:
        key = self.string() if self.at_string() else ".".join(self.name())
        if not self.take("=") and self.at_one(",", ")"):
            return key, ""
        return key, self.value()

    def value(self) -> str:
        """A string, a number or a bare word, as text."""
        if self.at_string():
            return self.string()
        sign = "-" if self.take("-") else ""
        return sign + self.next().text

    def at_one(self, *words: str) -> bool:
        return self.word() in words

    def text(self, start: int, end: int | None = None) -> str:
        """The statement's text from the token at index `start` to the one before `end`, comments included."""
        stop = len(self.tokens) if end is None else end
        if start >= stop:
            return ""
        return self.sql[self.tokens[start].start : self.tokens[stop - 1].end + 1]

    def rest(self) -> str:
        """All text that is left; moves to the end."""
        text = self.text(self.index)
        self.index = len(self.tokens)
        return text

    def inside(self) -> str:
        """The text between the parenthesis that comes next and the one that closes it."""
        self.expect("(")
        start = self.index
        self.skip(")")
        text = self.text(start, self.index)
        self.expect(")")
        return text

    def skip(self, *words: str) -> None:
        """Move to the first of these words that is not inside parentheses, or to the end."""
        depth = 0
        while (token := self.current) is not None:
            if depth == 0 and self.word() in words:
                return
            depth += (token.token_type in _OPEN) - (token.token_type in _CLOSE)
            self.index += 1

    def until(self, *words: str) -> str:
        """The text up to the first of these words that is not inside parentheses."""
        start = self.index
        self.skip(*words)
        return self.text(start, self.index)
