"""A fixed set of answers as a grammar in llama.cpp's GBNF."""

from __future__ import annotations


def grammar_of(choices: tuple[str, ...]) -> str:
    """The grammar that allows exactly these answers."""
    return "root ::= " + " | ".join(_literal(choice) for choice in choices)


def _literal(text: str) -> str:
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    return f"\\U{ord(character):08X}"
