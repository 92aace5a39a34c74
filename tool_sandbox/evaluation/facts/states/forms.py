"""The words around a state: what makes it a statement, and what it is said of."""

from __future__ import annotations

import re

from tool_sandbox.evaluation.facts.states.settings import OFF, ON, SAME

WEAK = frozenset(
    {"back", "up", "out", "down", "available", "unavailable", "working", "connected", "active", "inactive", "running",
     "online", "offline", "alone", "stopped", "is history", "are history", "is dead", "are dead", "is gone", "are gone"}
)  # fmt: skip
TRANSITIVE = frozenset(
    {"enabled", "activated", "disabled", "deactivated", "cut", "killed", "stopped", "reactivated", "restored",
     "enabling", "activating", "disabling", "deactivating", "enable", "activate", "disable", "deactivate", "enables",
     "disables", "suspended", "disconnected"}
)  # fmt: skip
MOVERS = (
    "turned|turning|turns|turn|switched|switching|switches|switch|shut|shutting|powered|power|flipped|toggled|put|set|cut"
    "|pop|flip|flick|took|take|brought|bring|kept|keep|keeps|keeping|left|leave|leaving|got|get|having|had|have"
)
BARE = frozenset(
    {"turn", "switch", "shut", "power", "put", "set", "cut", "take", "bring", "keep", "leave", "get", "enable", "pop",
     "flip", "flick", "disable", "activate", "deactivate"}
)  # fmt: skip
CAN_BE_PAST = frozenset({"shut", "put", "set", "cut"})
STATE = re.compile(
    rf"\b(?:(?P<verb>{MOVERS}) )?"
    r"(?:(?P<object>it|them|both|(?:that|this)(?: (?:one|setting|switch|feature|option))?|those) )?"
    rf"(?:(?:back|right|still|now|completely"
    rf"|all) )*(?P<state>{'|'.join(map(re.escape, sorted((*ON, *OFF, *SAME), key=len, reverse=True)))})\b"
    r"(?! to (?:on|off)\b)"
)
LOOKED = re.compile(
    r"\b(?:look|pick|find|check|try|sign|end|follow|call|come|show|make|give|head)\w*(?: (?:it|that|this|them))? ?$"
)
"""Before "up" and "out": a verb of its own."""
NO_STATE_AFTER_ON = re.compile(
    r" (?:mon|tues|wednes|thurs|fri|satur|sun)day|(?: the| a| an| your| my| this| that| it| its| which| whom| his"
    r"| her| their| time| top| hold| schedule| \d\S*| [a-z]+ \d+| behalf| file| record| contacts?| phone| file)\b"
)
LINKS = (
    "is|are|was|were|be|been|being|'s|am|has|have|had|got|get|gets|now|still|already|both|all|again|currently|just|also|too"
    "|successfully|not|never|no|longer|remains?|remained|stays?|stayed|staying|completely|fully|indeed|should|will|can|could"
    "|do|does|did|or|either|status|state|setting|service|services|connection|radio|mode|itself|too|data|:|turned|switched|"
    "shut|kept|left|powered|up|and|set|to|as|well|at|the|moment|right|present|since|cut|network|back|today|only|presently|temporarily"
)
BEFORE = re.compile(rf"(?:(?:^| )(?:{LINKS}))* ?$")
PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|'s|got|get|gets|stays?|remains?)"
    r"(?: (?:now|not|also|all|both|just|already|successfully|still|again|no longer|currently|never))* ?$"
)
PAST = re.compile(r"\b(?:was|were|had been|used to be)(?: \w+){0,2} ?$")
LISTED = re.compile(r" [(] (?:both )?(?:the |your )?")
"""Between a state and the switches that it is said of: "both are off (Wi-Fi and cellular)"."""
OBJECT = re.compile(r" (?:(?:the|your|my|both|all|of|:|this|that|only|just|from) )*$")
REAL = re.compile(
    r"\b(?:(?<!\bam )(?<!\bonly )able to|managed to|had to|needed to|went ahead and|made sure to|did"
    r"|(?:i|we)(?: (?:have|just|now|already|always))*)(?: \w+ly)? ?$"
)
_THEM = "(?:both|all|the)(?: the| of the)? (?:radios|networks|connections|services|switches|settings)"
OF_IT = re.compile(rf"\b(?:it|they|{_THEM})(?: (?:is|are|now|still|back|not))+ ?$")
OF_A_MEANS = re.compile(r"\b(?:tools?|functions?|options?|ways?|means|forecasts?|tickets?) (?:is |are )?$")
"""Before "available": no switch is spoken of."""
STAYS = re.compile(r"\b(?:stay|remain|keep)s? ?(?:turned |switched )?$")
JOINED = re.compile(r" ?(?:,|and|&|or|nor|plus|as well as|:|/|\+)?(?: (?:and|or|nor|also|the|your|my|both|then))* ?$")
IN_OR_FROM = re.compile(r"\b(?:in|from|out of) (?:the |your )?$")
"""Before a switch that has a predicate of its own: "is in low battery mode", "disconnected from Wi-Fi"."""
IS_IN = re.compile(
    r"(?:\b(?:is|are|'s)(?P<not> not)?(?: (?:still|now|currently|presently))?|^still"
    r"|\bput (?:the|your|my) (?:phone|device))"
    r" in(?:to)? (?:the )?$"
)
NOT_ANY = re.compile(r"\bno(?: more)? (?:the |your )?$")
LIST_ENDS = re.compile(r"(?: |,|(?:and|or|nor|the|your|no)\b)*(?:$|[.;:!)]|(?:any ?more|for now|now|yet)\b)")
"""Behind "no Wi-Fi, cellular", without further switches: nothing else is said of the last ones."""
WAS = re.compile(r"\b(?:was|were|had)\b[^.,;:]*$")
"""Before "with no Wi-Fi": what was so."""
NO = re.compile(r"(?:(?:^|[,.;:] |\b(?:and|with|now|there is|there is still) )no(?: more)?|\bout of(?: the)?) $")
UNABLE = re.compile(r"\b(?:can|could) not |\bunable to ")
TAKEN = re.compile(r"\b(?:taken|took|take|taking) (?:the|your) \w+(?: \w+)? $")
ENDS = re.compile(r" ?(?:$|[,.;:!]| (?:and|or|but|now|yet|any ?more|for now)\b)")
AGAIN = re.compile(r" (?:again|afterwards|once more)\b")
"""Behind the later of two states: "on for it and off again"."""
GOES_ON = re.compile(r"\b(?:and|but)(?: (?:has|have|had|is|are|was|were|now|been|just|then|'s))* ?$")
"""Before the later of two states of one thing: "was on and is now off"."""
WHILE_IT_IS = re.compile(r"(?:while|whilst|as long as) (?:it|that|this|they)\b")
ALSO_BEFORE = re.compile(
    r"(?:so (?:is|are)|same (?:goes )?for|as (?:is|are)|along with|together with|plus)(?: the| your)? ?$"
)
ALSO_AFTER = re.compile(r" (?:too|as well|likewise|also)\b")
PERSONAL = re.compile(r"\b(?:i|you|we|he|she)(?: (?:am|are|is|was|were|will be|have|now))* ?$")
AFTER_SUBJECT = re.compile(rf"(?:(?:^| )(?:{LINKS}))+ ?$")
STANDS_FOR_IT = re.compile(
    rf"(?:^| )(?:{_THEM}|it|they|both|them|that|this|these|all(?: two| three| four| of (?:them|these|those))?"
    r"|everything|i|we|no|yes|done|ok)$|[,;:()\"]$"
)
GERUND = re.compile(
    r"\b(?:turning|switching|shutting|powering|putting|setting|taking|bringing|getting|having|enabling|disabling"
    r"|activating|deactivating)(?: \w+){0,4}$"
)
"""Before a state or at its end: what is only spoken of, unless somebody is said to be doing it."""
MEANS = re.compile(r"\b(?:way|ways|tools?|options?|means|function|ability|capable|permission|possibility) (?:of|for) $")
BEYOND = re.compile(
    r" (?:\S+ ){0,4}?(?:(?:is|are|was|'s) (?:not|beyond|impossible|out of|something|up to|outside|only|required|needed"
    r"|necessary|disabled|unsupported|unavailable)"
    r"|(?<!\bi )(?<!\bwe )(?:would|will|requires?|needs?|does not|can|could|did not|failed)\b)"
)
"""Behind what is spoken of: it is not done."""
FROM_BEING = re.compile(r"\b(?:it|this|that|them) from (?:being|getting) $")
"""Before what something is kept from: "prevents it from being enabled"."""
NO_LONGER = re.compile(r"\bnow (?:it|they) (?:is|are) (?:not|no longer)(?: any ?more)?(?: ?[.,;:!)]|$)")
"""Behind what was so: "Wi-Fi was on; now it isn't"."""
FROM_TO = re.compile(r"\b(?:(?:went|goes|changed|switched|moved|turned|set) )?from (?:on|off) to $")
"""Before what is so now: "it went from on to off"."""
COUNTED = re.compile(r"\b(?:one|two|three) $")
"""Before a state that is only counted: "two off, one on:"."""
OFF_IT = re.compile(r"\b(?:you|phone|device) (?:is|are)(?: now| completely)? (?=off\b)")
"""Before a state with its switch behind it: "you're off Wi-Fi"."""
HAS = re.compile(
    r"\b(?:(?:have|has|'ve|got|having|with|using|uses|use|without|on)(?: (?:got|your|the|any|working))*) $"
)
"""Before a switch of which nothing else is said: "you've got Wi-Fi", "isn't using Wi-Fi"."""
HAS_VERB = re.compile(r"\b(?:is|are|was|were|'s|stays?|remains?|has|have|had|been|turned|switched|i|you|we)\b")
PREDICATE = re.compile(r" (?:is|are|was|has|have|stays?)\b")
SWITCHING = re.compile(r"\bto (?:turn|switch|put) $")
"""Before "on": "asks to turn on Wi-Fi" says nothing of what is on."""
WITH = re.compile(r"\bwith(?: (?:the|your))? $")
WITHOUT = re.compile(r"\bwithout(?: \w+)? $")
TO_BE = re.compile(r"(?<!had )(?<!needed )\bto be (?:\w+ )?$")
"""A state that something needs: "requires Wi-Fi to be on"."""
IS_NOT = re.compile(r" (?:is|are) not ?(?:$|[,.;:!])")
"""Behind a switch that is the other way round: "both networks are on, the battery saver isn't"."""
