"""Did you mean …?"""

from __future__ import annotations

from collections.abc import Iterable

LONGEST_WORD = 40
MOST_LETTERS = 300_000


def distance(one: str, other: str) -> int:
    """How many insertions, deletions, replacements and swaps of neighbours turn one word into the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        two_before, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, two_before[j - 2] + 1)
            row.append(cost)
    return row[-1]


def closest(word: str, known: Iterable[str], most: int = MOST_LETTERS) -> str | None:
    """The known word that `word` most likely meant: case and `-`/`_` do not count, one slip for three letters may.

    Pairs of letters that are compared are counted; those beyond `most` are not, and the words there are not known.
    """
    if not word or len(word) > LONGEST_WORD:
        return None
    folded = fold(word)
    best: tuple[int, str] | None = None
    for candidate in known:
        other = fold(candidate)
        most -= len(folded) + len(other)
        if most < 0:
            break
        allowed = max(1, min(len(folded), len(other)) // 3)
        if abs(len(folded) - len(other)) > allowed and not prefixed(folded, other):
            continue
        most -= len(folded) * len(other)
        away = 1 if prefixed(folded, other) else distance(folded, other)
        if away <= allowed and away < len(folded) and (best is None or away < best[0]):
            best = (away, candidate)
    return best[1] if best else None


def fold(word: str) -> str:
    """The word without what people mix up."""
    return word.casefold().replace("-", "").replace("_", "").replace(" ", "")


def prefixed(one: str, other: str) -> bool:
    """One is the beginning of the other, as in `temp` for `temperature`."""
    shorter = min(len(one), len(other))
    return shorter >= 4 and one[:shorter] == other[:shorter]  # noqa: PLR2004 - four letters are a word, three are chance


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "", most: int = MOST_LETTERS) -> str:
    """The help for a word that is not known; `most` as in `closest`."""
    found = closest(word, known, most)
    return f"did you mean '{found}'?" if found else otherwise


def listed(words: Iterable[str]) -> str:
    """Words as a person lists them: 'a', 'b' or 'c'."""
    quoted = [f"'{word}'" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}" if quoted else "nothing"
