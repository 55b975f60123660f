"""Whether two spellings of a name may well be one person's: a small rule that asks rather than makes one of two."""

from __future__ import annotations

import re
import unicodedata

SHORT_FORMS = (
    *("alex alexander alexandra", "andy drew andrew", "barb barbara", "becky rebecca", "ben benjamin"),
    *(
        "beth betty liz elizabeth",
        "bill billy will william",
        "bob bobby rob robert",
        "cathy kate kathy katie catherine",
    ),
    *("charlie chuck charles", "chris christopher", "chris christina christine", "chuy jesus", "cindy cynthia"),
    *("dan danny daniel", "dave david", "debbie deborah", "don donald", "ed eddie edward", "greg gregory"),
    *("jack john", "jeff jeffrey", "jen jenny jennifer", "jim jimmy james", "joe joey joseph", "jon jonathan"),
    *("kate kathy katie katherine kathryn", "ken kenneth", "larry lawrence", "lupe guadalupe", "maggie peggy margaret"),
    *("matt matthew", "memo guillermo", "mike michael", "nacho ignacio", "nick nicholas", "paco francisco"),
    *("pat patricia", "pat patrick", "pepe jose", "dick rick rich richard", "ron ronald", "sam samantha", "sam samuel"),
    *("steve steven stephen", "sue susan", "ted theodore", "tim timothy", "tom tommy thomas", "tony anthony"),
    *("vicky victoria",),
)
KNOWN_AS = [frozenset(names.split()) for names in SHORT_FORMS]


def same_name(one: str, other: str) -> bool:
    """True for the same words in any order; else first names must be the same, and the other one has all further names too.

    A first name is the same as itself, its initial and its usual short form, never as one that only looks like it.
    """
    fewer, more = sorted((_words(one), _words(other)), key=len)
    if not fewer or sorted(fewer) == sorted(more):
        return bool(fewer)
    further = all(any(_alike(word, known) for known in more[1:]) for word in fewer[1:])
    return further and _same_first(fewer[0], more[0])


def _words(name: str) -> list[str]:
    """`Lopez, A\u00edda M.` as aida, m, lopez: without accents, apostrophes and capitals, the last name at the end."""
    last, comma, first = name.partition(",")
    plain = unicodedata.normalize("NFKD", f"{first} {last}" if comma else name)
    return re.findall(r"[^\W_]+", "".join(one for one in plain if one.isalnum() or one in " -.").casefold())


def _same_first(one: str, other: str) -> bool:
    return one == other or _is_initial(one, other) or any({one, other} <= names for names in KNOWN_AS)


def _is_initial(one: str, other: str) -> bool:
    return min(len(one), len(other)) == 1 and one[0] == other[0]


def _alike(one: str, other: str) -> bool:
    """Further names may have one slip: a letter, or two neighbors changed round, in a word of four letters or more."""
    from rapidfuzz.distance import OSA

    slip = min(len(one), len(other)) >= 4 and OSA.distance(one, other) <= 1
    return one == other or slip or _is_initial(one, other)
