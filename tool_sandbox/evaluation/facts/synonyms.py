"""Words that answers use for the same thing, and words that change nothing about what is spoken of."""

from __future__ import annotations

from functools import lru_cache

from tool_sandbox.evaluation.facts.phrases import root

THINGS: tuple[tuple[str, ...], ...] = (
    ("elevator", "lift"), ("train", "rail", "railway"), ("plane", "flight", "airline"),
    ("apartment", "flat", "home", "house", "place"),
    ("neighbour", "neighbor"), ("store", "shop", "supermarket"), ("film", "movie"), ("match", "game"),
    ("landlord", "landlady"), ("doctor", "physician"), ("dinner", "supper"), ("fridge", "refrigerator"),
    ("mother", "mom", "mum"), ("father", "dad"), ("medicine", "medication", "meds"), ("car", "vehicle"),
    ("flatmate", "roommate", "housemate"), ("colleague", "coworker", "worker"), ("boss", "manager", "supervisor"),
    ("meeting", "appointment"), ("parcel", "package"), ("pharmacy", "chemist", "drugstore"), ("light", "lamp"),
    ("bill", "invoice"), ("garbage", "trash", "rubbish", "bin"), ("vet", "veterinarian"), ("photo", "picture"),
    ("grill", "barbecue", "bbq"), ("sofa", "couch"), ("holiday", "vacation"), ("party", "celebration"),
    ("lunch", "meal"), ("autumn", "fall"), ("plant", "flower"), ("freezer", "deepfreeze"), ("mail", "post"),
    ("bicycle", "bike"), ("child", "kid"), ("thanksgiving", "turkey"),
    ("invite", "ask"), ("hello", "hi", "hey"), ("goodbye", "bye", "farewell"),
    ("address", "location", "place"), ("ticket", "seat"), ("price", "cost", "quote", "value", "rate"),
    ("symbol", "ticker", "abbreviation", "code", "acronym"),
    ("spare", "extra"), ("start", "begin", "kick", "open"), ("share", "stock"), ("cost", "price", "trade", "worth"),
)  # fmt: skip

DOINGS: tuple[tuple[str, ...], ...] = (
    ("call", "ring", "phone", "dial", "contact", "reach", "telephone"),
    ("buy", "get", "purchase", "book", "order", "grab", "obtain", "reserve", "secure"),
    ("collect", "get", "buy", "purchase", "fetch", "grab", "retrieve", "bring", "pick", "take"),
    ("return", "bring", "take"), ("drop", "bring", "deliver", "take"),
    ("pay", "transfer", "settle", "send", "make"), ("wash", "clean", "scrub", "rinse"),
    ("light", "fire", "start", "ignite", "heat", "prepare"), ("defrost", "thaw", "unfreeze"),
    ("leave", "forget"), ("find", "discover", "have"), ("lose", "misplace"), ("sell",), ("repair", "fix", "mend"),
    ("break", "damage"), ("open", "unlock"), ("close", "lock", "shut"), ("visit", "see", "meet"), ("cancel",),
    ("email", "mail", "text", "message", "write"), ("feed",), ("walk",),
    ("cook", "prepare", "make"), ("bake", "make"), ("eat", "have"), ("rent",), ("cover",),
    ("empty", "clear"), ("fill",), ("sign",), ("print",), ("renew", "extend"), ("paint",), ("replace", "change"),
    ("borrow",), ("lend",), ("water",), ("read",), ("write",), ("post", "mail"), ("throw",),
)  # fmt: skip

SMALL = frozenset(
    {"a", "an", "the", "your", "my", "you", "i", "it", "is", "are", "was", "were", "be", "been", "am", "and", "or",
     "but", "to", "of", "in", "on", "at", "for", "with", "that", "this", "there", "will", "would", "can", "could",
     "do", "did", "does", "not", "no", "has", "have", "had", "now", "so", "as", "from", "by", "he", "she", "they",
     "his", "her", "their", "we", "me", "'s", "until", "till", "then", "just", "text", "texted", "told", "tell",
     "sent", "send", "message", "remind", "reminder", "which", "what", "who"}
)  # fmt: skip
"""Words that only hold others together."""

_LIGHT = frozenset(
    {"a", "about", "above", "according", "account", "actual", "actually", "add", "added", "additional", "address",
     "after", "afternoon", "again", "ago", "alarm", "alert", "all", "almost", "already", "also", "am", "an", "and",
     "another", "answer", "any", "anything", "app", "approximately", "april", "are", "around", "as", "at", "august",
     "available", "away", "back", "be", "because", "been", "before", "being", "big", "book", "both", "but", "by",
     "calendar", "call", "can", "change", "changed", "clock", "coming", "company", "complete", "confirm", "confirmed",
     "contact", "contacts", "content", "copy", "corp", "corporation", "correct", "could", "create", "created",
     "current", "currently", "daily", "date", "day", "days", "deadline", "december", "deed", "default", "delete",
     "deleted", "desired", "detail", "details", "device", "did", "directory", "do", "does", "done", "dr", "due",
     "during", "each", "earlier", "early", "easy", "else", "email", "enabled", "entire", "entries", "entry",
     "evening", "event", "every", "everybody", "everyone", "everything", "exact", "exactly", "exchange", "existing",
     "far", "february", "few", "file", "final", "finally", "find", "first", "following", "for", "forget", "forgotten",
     "free", "friday", "friend", "friendly", "from", "full", "get", "gets", "give", "given", "go", "goes", "going",
     "good", "got", "great", "had", "handy", "happy", "has", "have", "he", "heads", "her", "here", "hers", "him",
     "his", "hour", "i", "id", "if", "important", "in", "inc", "info", "information", "instead", "into", "is", "it",
     "item", "its", "january", "july", "june", "just", "keep", "kept", "kind", "know", "known", "label", "last",
     "late", "later", "latest", "least", "left", "let", "like", "line", "list", "listed", "little", "local", "long",
     "look", "lot", "ltd", "made", "mail", "main", "make", "many", "march", "market", "may", "me", "mentioned",
     "message", "messages", "midday", "midnight", "minute", "miss", "mode", "moment", "monday", "month", "more",
     "morning", "most", "mr", "mrs", "ms", "my", "name", "named", "near", "nearby", "nearest", "nearly", "need",
     "new", "news", "next", "nice", "night", "no", "noon", "not", "note", "notification", "november", "now", "nudge",
     "number", "october", "of", "off", "old", "on", "once", "one", "only", "or", "original", "originally", "other",
     "our", "out", "overdue", "own", "past", "people", "per", "person", "phone", "phonebook", "place", "planned",
     "please", "point", "possible", "precise", "present", "previous", "price", "prompt", "promptly", "quick",
     "quickly", "rate", "reached", "read", "ready", "real", "really", "recent", "record", "remember", "reminder",
     "reminders", "reply", "request", "requested", "result", "right", "roughly", "same", "saturday", "save", "saved",
     "saying", "schedule", "scheduled", "search", "second", "see", "self", "send", "sent", "september", "service",
     "set",
     "setting", "settings", "several", "she", "short", "should", "simple", "single", "slot", "small", "sms", "so",
     "some", "somebody", "someone", "something", "soon", "sorry", "specific", "specified", "spot", "stand", "stands",
     "still",
     "straight", "successful", "successfully", "such", "sunday", "sure", "system", "task", "tasks", "text", "texts",
     "thank", "thanks", "that", "the", "their", "them", "then", "there", "these", "they", "thing", "things", "this",
     "those", "thursday", "time", "timer", "title", "to", "today", "together", "tomorrow", "tonight", "too", "total",
     "track", "tuesday", "two", "under", "until", "up", "upcoming", "update", "updated", "upon", "urgent", "us",
     "use", "used", "user", "usual", "value", "very", "via", "visible", "waiting", "want", "was", "way", "we",
     "wednesday", "week", "weekday", "were", "what", "whatsapp", "when", "where", "whether", "which", "while", "who",
     "whole", "whom", "will", "with", "within", "without", "working", "would", "wrong", "year", "yes", "yesterday",
     "yet", "you", "your", "yours",
     "across", "against", "along", "amid", "among", "amongst", "behind", "below", "beside", "besides", "between",
     "inside", "onto", "outside", "over", "since", "than", "through", "throughout", "toward", "towards"}
)  # fmt: skip

_SHORTEST, _REST, _ABBREVIATION = 4, 3, 3


@lru_cache(maxsize=1)
def light_roots() -> frozenset[str]:
    """The roots of words that say nothing of what an answer is about."""
    return frozenset(map(root, _LIGHT))


@lru_cache(maxsize=1 << 12)
def same_thing(one: str, other: str) -> bool:
    """Whether the roots of two words may stand for the same thing."""
    return one == other or _are_listed(one, other) or _is_short_for(one, other) or _is_part_of(one, other)


@lru_cache(maxsize=1 << 12)
def other_doing(one: str, other: str) -> bool:
    """Whether two roots are verbs of which it is known that they mean different things."""
    families = _families(DOINGS)
    known = any(one in family for family in families) and any(other in family for family in families)
    return known and not any({one, other} <= family for family in families)


def _are_listed(one: str, other: str) -> bool:
    return any({one, other} <= family for family in _families(THINGS))


@lru_cache(maxsize=2)
def _families(words: tuple[tuple[str, ...], ...]) -> tuple[frozenset[str], ...]:
    """Their roots."""
    return tuple(frozenset(map(root, family)) for family in words)


def _is_short_for(one: str, other: str) -> bool:
    """Whether one is an abbreviation: "AAPL" for Apple, "MSFT" for Microsoft."""
    short, long = sorted((one, other), key=len)
    if short in light_roots():
        return False
    return (
        len(short) >= _ABBREVIATION and short[0] == long[0] and set(short) <= set(long) and not set(short) & set("eiou")
    )


def _is_part_of(one: str, other: str) -> bool:
    """Whether one is a compound of the other: "doorstep" and "door"."""
    short, long = sorted((one, other), key=len)
    return len(short) >= _SHORTEST and len(long) - len(short) >= _REST and long.startswith(short)
