"""Groups of verbs that answers use for the same deed."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

from attrs import frozen


def any_of(patterns: tuple[str, ...]) -> str:
    """A regular expression that matches what one of these does, and nothing when there is none."""
    return f"(?:{'|'.join(patterns)})" if patterns else r"(?!)"


@frozen(kw_only=True, eq=False)  # each is there once, and asked for often
class VerbGroup:
    """Ways to say one deed, in plain words; every part holds alternatives, which are regular expressions.

    Args:
        name: What the group is called in facts.
        base: Forms that say that it is to be done.
        done: Forms that say that it was done: past, participle.
        doing: Forms in -ing.
        result: What is so once it was done, which may hold a negation: "is no longer in".
        undone: What is so while it was not done.
        planned: What says it done although it speaks of the future: "I will remind you".
    """

    name: str
    base: tuple[str, ...]
    done: tuple[str, ...]
    doing: tuple[str, ...]
    result: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    planned: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        """Every form of its verbs."""
        return (*self.base, *self.done, *self.doing)

    def has_form(self, verb: str) -> bool:
        """Whether this is one of its verbs, in any form."""
        return self._form.fullmatch(verb) is not None

    @cached_property
    def _form(self) -> re.Pattern[str]:
        return re.compile(any_of(self.forms))


_DETAIL = "(?:number|name|contact|entry|address)"
_LISTED = r"(?:contacts?(?: list)?|address book|phone ?book|phone|list|directory|entries)"
_WRITING = "(?:text|message|note|reply|answer)"
_NO_NAME = "(?:i|you|they|we|to|do|did|does|not)"
_NEWS = f"(?:{_WRITING}|goodbye|farewell|news)"
_SET = r"(?<!\ba )(?:set|created|added|scheduled|saved|made|put|placed|noted|booked|entered|arranged)(?: up)?"
_NUDGE = "(?:reminder|nudge|alert|alarm)s?"
_NOT_ANY = r"(?:no longer|not (?:\w+ )?(?=.*\b(?:any ?more|any longer)\b))"

TOLD = "told|texted|messaged|informed|notified"
"""What was done to somebody who was told something."""
TREATED = f"{TOLD}|removed|deleted|erased|replied to|answered|emailed|called|added|saved|dropped"
"""The same for whatever an agent may do to somebody."""

GROUPS = (
    VerbGroup(
        name="send",
        base=(
            "send", "text", "message", "tell", "inform", "notify", "reply", "respond", "answer", "write", "forward",
            "deliver", "pass", "ping", "reach", "contact", "let", "say",
        ),
        done=(
            "sent", "sended", "texted", "messaged", "told", "informed", "notified", "replied", "responded", "answered",
            rf"wr(?:ote|itten)\b(?! (?:the|this|that|its|his|her|your) (?:\S+ )?{_DETAIL}\b)",
            "forwarded", "delivered", r"passed (?:it |that |this |the \S+ |your \S+ )?(?:on|along)", "relayed",
            "transmitted", "pinged", "reached out", r"let (?!me\b|us\b|you\b)(?:\S+ ){1,4}?know",
            # "let Priya, your boss, know"
            (r"(?:(?<=\bi )|(?<=\bhave )|(?<=\band )|(?<=\bjust ))"
            r"let (?:your \S+|(?!(?:it|that|this|me|us|you)\b)\S+(?: \S+)?)$"),
            r"dropped (?!\S+ from)", "shot", "fired off", "conveyed",
            r"(?:said|bid|bade|wished) (?:\S+ ){0,2}?(?:goodbye|farewell)", "communicated",
            r"(?:(?<=\bi )|(?<=\bhave )|(?<=\band )|(?<=\balso ))asked (?!you\b|me\b|for\b|if\b|whether\b)",
            r"(?<=\bbeen )asked\b", r"said (?:yes|no) to\b",
            r"confirmed (?:that )?(?:you|to)\b", "dispatched", "alerted", "contacted", "made aware",
            # said by those to whom English is foreign
            r"(?<=\bi )send (?:him|her|them)\b", r"(?<=\band )send (?:him|her|them)\b(?! an?\b)",
        ),
        doing=(
            "sending", "texting", "messaging", "telling", "informing", "notifying", "replying", "responding",
            "writing", "forwarding", "delivering",
        ),
        result=(
            r"(?<!\bi )(?<!\byou )(?<!\bdo )(?<!\bnot )(?<!\bphone )(?<!phone now )knows",
            (r"(?:(?:both|all)(?: of (?:them|your \w+)| two| three| four)?|(?:two|three|four) of them)(?: now)?"
             r" (?:know|have (?:it|the (?:text|message)))\b"),
            rf"(?<=\band )(?!{_NO_NAME}\b)\S+(?: (?!{_NO_NAME}\b)\S+)?(?: now| both| all)? know\b",
            rf"(?:has|got|gets|received|have|had) (?:got |had )?(?:your|the|a|my|his|her) (?:\S+ )?{_NEWS}",
            r"(?<=[a-z] )(?<!\bi )(?<!\byou )(?<!you have )(?:got|has|received) (?:it|that|this|them)\b",
            "on its way",
            "(?:went|gone) (?:out|through|off|to)", rf"{_WRITING}s? (?:has |have |is )?(?:just )?(?:went|gone)",
            r"(?<!\bi )(?<!\byou )(?<!not )(?<!have )(?<!has )(?:has |have )?(?:got|received)$",
            r"(?:is|are) out\b(?! of\b)|^(?:text|message) out$",
            rf"^(?:your |the )?{_WRITING} (?:is|'s) away\b",
            "(?:is|are|'s|been) (?:now )?(?:aware|informed|in the (?:loop|picture|know)|up to (?:date|speed))",
            r"\boff (?:it|they) (?:went|goes|go)\b", r"^(?:copied|ditto|same|likewise)(?: (?:again|text|words))? to\b",
            r"(?:my|the) (?:answer|reply|response)(?: \S+){0,6}? (?:was$|(?:was|is) (?:that )?you\b)",
            r"\bword (?:has |have |is )?(?:now |just |already )?(?:reached|gone|with)\b",
            r"(?:has|have|'s) (?:now |just |already )?(?:heard|learnt|learned) (?!from\b|back\b)",
            "heads up (?:is|was|has|given|to)", r"gave \S+(?: \S+)? (?:a|the) (?:heads up|message|news)",
        ),
    ),
    VerbGroup(
        name="remind",
        base=(
            "remind", "nudge", "alert", "ping", "notify", "reminders?",
            r"(?:set|create|add|make|schedule|save|put)(?: up)?(?: \S+){0,4}? (?:reminder|nudge|alert)s?",
        ),
        done=(
            rf"{_SET}(?: \S+){{0,6}}? {_NUDGE}",
            (rf"{_NUDGE}\b(?! (?:needs?|requires?|must|only|can)\b)(?: \S+){{0,9}}?"
            rf" (?:{_SET}|in place|ready|active|up|on)"),
            rf"^(?:has been|was|is) (?:now |successfully )?{_SET}",
            "noted", "scheduled", r"popped (?:\S+ )?in", "set (?:it )?for", "set at", "set it",
            "it is set", r"(?<![\w'] )(?<!\ba )set\b",
        ),
        doing=("reminding", "nudging"),
        result=(
            "(?:you have|there is|here is|got) (?:now )?(?:a|an|your|the|one) (?:new )?(?:reminder|nudge|alert)",
            r"^(?:(?:your|the|new|a|ok|okay) )*reminder(?: (?:is|for|to|at|on)\b(?!.* not possible\b)|$)",
            r"^(?:(?:your|the) )?reminder 's (?:in|set|there|up|ready|back)\b", "on your (?:list|reminders)",
            "in your reminders", r"is set\b",
        ),
        planned=(
            r"(?:will|going to|shall) (?:\S+ ){0,4}?(?:remind|nudge|alert|ping|notify|shout|buzz|prod)",
            "(?:will|going to|shall) give you an? (?:prod|nudge|ping|shout|poke|reminder)",
            r"(?:will|going to|shall) make sure (?:that )?you (?:do not forget|remember)",
            r"(?:will|going to|shall) (?:\S+ )?be (?:reminded|nudged|alerted|notified|prodded|pinged)",
            r"(?:will|going to|shall) (?:\S+ )?be told\b(?= .*\bto\b)",
            "get reminded",
            r"(?:will|going to) (?:get|receive|have|hear|see|pop up|go off|ring)\b(?! the (?:message|text))",
            "remind(?:s|ing) you", "nudge you", f"{_NUDGE} (?:comes|rings|arrives|pops up|fires|is due)",
        ),
    ),
    VerbGroup(
        name="remove",
        base=(
            "remove", "delete", "erase", "clear", "cancel", "drop", "discard", "wipe", "get rid", "throw", "take",
            "purge", "dismiss",
        ),
        done=(
            "removed", "deleted", "erased", "cleared(?: (?:out|away|up))?", "cancell?ed", "dropped", "discarded",
            "wiped", "got(?:ten)? rid of", "purged", r"thrown (?:\S+ ){0,3}?(?:out|away)",
            r"threw (?:\S+ ){0,3}?(?:out|away)", r"took (?:\S+ ){1,4}?(?:off|out)",
            r"taken (?:\S+ ){0,4}?(?:off|out)", "dismissed", "unsaved", "kicked", "binned",
            r"took (?:off|out|away)\b", "expunged", "scrapped",
            r"struck (?:off|out|from)", r"swept (?:away|out)", "axed",
            "taken away", r"ticked (?:\S+ ){0,3}?off",
        ),
        doing=("removing", "deleting", "erasing", "clearing", "cancelling", "canceling", "discarding"),
        result=(
            r"^(?:both |all )?gone\b", r"^(?:the )?(?:contact|entry|reminders?) gone\b|^out (?:they|it) went",
            f"(?:has|have) left (?:your|the) {_LISTED}", r"^no more (?!reminders?\b|wi\b)\S+$",
            r"(?:is|are|'s) (?:(?:\S+ )?gone|history)",
            rf"(?:is|are|'s) (?:now )?(?:off|out of) (?:your|the) (?:{_LISTED}|reminders)",
            r"no more (?:\S+ ){1,4}?(?:in|among|on) (?:your|the)", r"nothing (?:\S+ )?(?:is |was )?left\b",
            rf"(?:is|are|'s) {_NOT_ANY} (?:\S+ ){{0,4}}?(?:in|on|among|part|a contact|saved|there)",
            r"(?:will|does|do|can) not (?:\S+ ){0,2}?(?:show|appear|be|find|see) .*\b(?:any ?more|any longer)\b",
            "no longer (?:appears?|features?|shows?|exists?|has|have|in|on|among|a contact)",
            "(?:has|have) ceased to exist",
            r"(?:neither|none)(?: of (?:them|those|the two))? (?:is|are|remains?) (?:\S+ )?(?:there|left|any)",
            rf"not? (?:\S+ ){{0,3}}?in (?:your|the) {_LISTED}(?: \S+)? any ?(?:more|longer)",
            f"out of (?:your|the) {_LISTED}",
        ),
        undone=("(?:is|are|'s) still (?:in|on|among|there|saved)", f"remains? in (?:your|the) {_LISTED}"),
    ),
    VerbGroup(
        name="save",
        base=("save", "add", "store", "create", "record", "register", "enter", "keep", "put"),
        done=(
            "saved", "added", "stored", "created", "recorded", "registered", "entered",
            r"put (?:\S+ ){0,4}?(?:in|into|on|under)", "filed", "new contact", "new entry",
            r"made (?:a|the|new) (?:\S+ )?(?:contact|entry)", "noted", r"set up (?:a|the) (?:\S+ )?contact",
        ),
        doing=("saving", "adding", "storing", "creating", "recording"),
        result=(
            f"(?:is|are|'s) (?:now )?(?:in|among|part of|on) (?:your|the) {_LISTED}", f"in your {_LISTED} now",
            rf"{_LISTED} now (?:includes?|contains?|has|have|holds?)",
            r"(?:is|are) now (?:a|one of your) (?:\S+ )?contact", f"now in your {_LISTED}",
            "found (?:its|his|her|their) way in(?:to)?",
            rf"you(?: will)?(?: now)? (?:have|find) (?:\S+ )+?in your {_LISTED}",
        ),
        undone=(f"(?:is|are) not (?:yet )?(?:in|on|among) (?:your|the) {_LISTED}",),
        planned=(
            r"(?:can|will) (?:now |henceforth |always )?(?:find|see) (?:\S+ ){1,6}?(?:in|under|among)\b",
            r"(?:can|will) (?:now |henceforth |always )?be (?:found|seen|reached) (?:\S+ )*?(?:in|under|among|at)\b",
        ),
    ),
    VerbGroup(
        name="change",
        base=("change", "update", "modify", "edit", "set", "mark", "correct", "adjust", "replace", "list", "label"),
        done=(
            "changed", "updated", "modified", "edited", "swapped(?: out)?", "(?<!all )set",
            "marked", "corrected", "adjusted", "replaced",
            "listed", "labell?ed", "tagged", "amended", "revised", "saved", "entered", "stored", "recorded",
            "switched", r"put (?:\S+ ){0,5}?(?:in|as|under|for)", r"made (?:\S+ ){1,3}?(?:a|your)", "fixed",
            "noted", "registered", "renamed",
        ),
        planned=(r"(?:under|at|on) (?:her|his|their|the) new (?:\S+ )?number",),
        doing=("changing", "updating", "modifying", "editing", "marking", "setting"),
        result=(
            r"(?:is|are|'s|has|have|reads|shows|says) (?:\S+ ){0,6}?now",
            r"now (?:\S+ )?(?:reads|shows|says|listed|has|have|a|your|an|in|under|is|marked|counts|appears)",
            r"^(?:\S+ ){0,5}now$", r"no longer (?:an?|your|listed|marked)\b",
            r"is (?:a|your) (?:\S+ )now", "up to date", "from now on", r"(?:is|are|'s) (?:\S+ ){1,4}?again\b",
        ),
        undone=(
            "is still (?:the old|your friend|a friend)", "number (?:is|stays|remains) (?:still|unchanged|the same)",
            "unchanged",
        ),
    ),
    VerbGroup(
        name="move",
        base=("move", "reschedule", "postpone", "push", "shift", "delay", "bring", "defer"),
        done=(
            "moved", "rescheduled", "postponed", r"pushed(?: \S+){0,4}? (?:back|forward|to|by|out)", "pushed",
            "shifted", "delayed", r"(?:brought|pulled) (?:\S+ )*?forward",
            r"made (?:\S+ ){1,6}?(?:earlier|later)", "deferred", "changed",
            r"set (?:\S+ ){0,5}?to", "set for", "updated", r"put (?:\S+ ){0,4}?(?:back|off|at)", "adjusted",
            "bumped", "modified", r"saved (?:it|this|the \S+(?: \S+)?) (?:with|for|at|to)\b",
            r"put (?:\S+ )?(?:half )?an? (?:hour|half hour) (?:before|earlier|later)",
        ),
        doing=("moving", "rescheduling", "postponing", "pushing", "shifting"),
        result=(
            r"(?:is|are|'s|it) (?:\S+ ){0,2}?now (?:at|on|set|due|for|scheduled)",
            r"now (?:at|due|on|for|goes|rings|comes|set|reads|says|shows|\d)",
            r"(?:is|'s) (?:at|due|on|for) (?:\S+ )*?now",
            "goes off", "new time", "will (?:now )?(?:go|come|be|ring|remind)",
        ),
        planned=(
            r"will (?:now )?(?:\S+ )?(?:remind|be reminded|go off|ring|be due|be at)",
            r"(?:remind|reminded) (?:you )?(?:\S+ ){0,8}?instead", r"\b(?:rather than|instead of) (?:at )?(?=\S+)",
        ),
    ),
    VerbGroup(
        name="switch",
        base=("turn", "switch", "enable", "disable", "activate", "deactivate"),
        done=("turned", "switched", "enabled", "disabled", "activated", "deactivated", "shut off", "cut"),
        doing=("turning", "switching", "enabling", "disabling"),
    ),
    VerbGroup(
        name="search",
        base=(
            "search", "look", "find", "check", "read", "access", "see", "browse", "query", "fetch", "retrieve",
            "locate",
        ),
        done=(
            "searched", "looked", "found", "checked", "accessed", "read through", "browsed", "queried", "fetched",
            "retrieved", "located",
        ),
        doing=("searching", "looking", "finding", "checking", "accessing", "retrieving"),
    ),
    VerbGroup(
        name="call",
        base=("call", "phone", "ring", "dial"),
        done=("called", "phoned", "dialled", "dialed", "rang"),
        doing=("calling", "phoning"),
    ),
    VerbGroup(
        name="email",
        base=("email", "mail", "e mail"),
        done=(
            "emailed", "e mailed", "mailed",
            r"(?:e ?mail\w*|mail) (?:\S+ ){0,5}?(?:sent|delivered|is out(?! of\b)|went out|on its way)",
            r"sent (?:\S+ ){0,6}?(?:e ?mails?|mails?)",
        ),
        doing=("emailing", "mailing"),
    ),
    VerbGroup(
        name="book",
        base=("book", "reserve", "order", "buy"), done=("booked", "reserved", "ordered", "bought"),
        doing=("booking", "buying"),
    ),
    VerbGroup(
        name="convert",
        base=("convert", "calculate", "compute"), done=("converted", "calculated", "computed"),
        doing=("converting", "calculating"),
    ),
)  # fmt: skip


@lru_cache(maxsize=1 << 11)
def group_of(verb: str) -> VerbGroup | None:
    """The group of deeds that a verb belongs to, in any of its forms."""
    named = next((group for group in GROUPS if group.name == verb), None)
    return named or next((group for group in GROUPS if group.has_form(verb)), None)
