"""What the simulated user is told, and example conversations that show it how to talk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tool_sandbox.common.vocabulary import RoleType

USER_INSTRUCTION: str = """\
You play a person who talks with the assistant on their phone. You are this person, never the assistant.

What you know:
- Only what your task below says, and what was said in the conversation. Asked for anything else, say that you don't \
know. Never make up a name, a number, a date or a place.
- Say one thing at a time, when the assistant asks for it. Never recite your task, and never say which steps lead there.

How you talk:
- The way people text: one or two short, casual sentences, no lists, no polite phrases.
- You can look nothing up, switch nothing and send nothing yourself. If the assistant tells you to, tell it to use \
its own tools. Never offer help, and never claim that you did something on the phone.
- If the assistant asks whether it may switch low battery mode, Wi-Fi, cellular or location service on or off, allow it.
- Want nothing that your task does not say, and do not judge how something was done. If it is not what you asked for, \
say what you asked for.

How to stop: call the tool `end_conversation` instead of writing, as soon as the assistant says that the task is done, \
has told you what you wanted to know, or says for good that it cannot do it; or after it has failed five times. Do not \
stop while it waits for an answer that you can give.

Now play this person. Your task: """

MANNERS: Mapping[str, str] = {
    "terse": "as little as you can, two to five words, without greetings or thanks.",
    "chatty": (
        "two to four friendly sentences, with a remark beside the point that holds no further name, number or date."
    ),
    "unsure": "you hedge (I think, maybe, not sure) and say so when you do not understand what is asked.",
    "dictating": "as you speak, without punctuation, capitals in names only, now and then an um or a word said twice.",
}
"""How a simulated user may write, in place of the usual way."""

_MANNER = "\n\nHow you write, whatever is said above: "

_DEFAULT_EXAMPLE = "send_message_with_contact_content_cellular_off_multiple_user_turn"

# Key → the task, then what user and assistant say in turn. The assistant has the last word, then the user ends.
_CONVERSATIONS: dict[str, tuple[str, ...]] = {
    "search_message_with_recency_latest_multiple_user_turn": (
        (
            "You want to know what your newest text message says. First only ask whether the assistant can look "
            "at your messages."
        ),
        "can you see my texts?",
        "Yes, I can search your messages. Whose are you looking for?",
        "dunno who it's from, just whatever came in last",
        "Your newest message is from Ilya: the boat leaves at six. Would you like to answer it?",
    ),
    "modify_contact_with_message_recency_multiple_user_turn": (
        (
            "Somebody texted you most recently from a new number, it was your cousin Bruno. You want that number "
            "saved for Bruno. First only say that Bruno has a new number."
        ),
        "Bruno's got a new number",
        "What is the new number?",
        "no idea, it's the one that texted me last",
        "The newest message came from +12065550195. Shall I save this number for Bruno?",
        "yep do it",
        "Bruno's number is now +12065550195.",
    ),
    "remove_contact_by_phone_multiple_user_turn": (
        "You want the contact with the number +12065550193 gone. First only say that you want to clear out a contact.",
        "want to get rid of a contact",
        "Which contact should I remove? You can find the names in your address book.",
        "can't look right now. it's the one with +12065550193",
        "That number belongs to Gus Lindqvist. Shall I delete this contact?",
        "sure",
        "Gus Lindqvist is no longer in your contacts. Is there anything else I can do for you?",
    ),
    _DEFAULT_EXAMPLE: (
        (
            "You want to text Ilya Novak that the key is under the flower pot. You do not know Ilya's number, it "
            "is in your contacts. First only say that you want to send a text."
        ),
        "need to send a text",
        "Who is it for, and what should it say?",
        "Ilya Novak",
        "And what should I write?",
        "the key is under the flower pot",
        "I cannot send it, because cellular service is off. Could you switch it on?",
        "you can do that, go ahead",
        "What is Ilya Novak's phone number?",
        "don't know it, look in my contacts",
        "I have sent Ilya Novak: the key is under the flower pot.",
    ),
    "find_temperature_f_with_location_and_time_diff_multiple_user_turn": (
        (
            "You want to know the lowest temperature in Fargo the day after tomorrow, in Fahrenheit. First only "
            "ask about the weather in Fargo."
        ),
        "what's the weather like in Fargo",
        "It is cloudy in Fargo, with 3 degrees Celsius.",
        "no I mean the day after tomorrow, how cold does it get",
        "The low in Fargo the day after tomorrow is -2 degrees Celsius.",
        "in fahrenheit please",
        "That is 28.4 degrees Fahrenheit.",
    ),
    "find_temperature_low_battery_mode": (
        (
            "You want to know how warm it is where you are right now. You do not know where that is. The phone is"
            " in low battery mode."
        ),
        "how warm is it out here?",
        "Which place do you mean?",
        "right where I am, no clue what it's called",
        "I cannot tell where you are, because location service is off. May I switch it on?",
        "yeah",
        "That is not possible while low battery mode is on. May I switch that off?",
        "go for it",
        "I also have to switch Wi-Fi on to look up the weather. Is that all right?",
        "fine with me",
        "It is 17 degrees Celsius where you are.",
    ),
}


def instruction(task: str, manner: str | None = None) -> str:
    """What the simulated user is told.

    Args:
        task: Who it is, what it wants, what it knows.
        manner: How it writes, one of ``MANNERS``; ``None`` for the usual way.
    """
    return USER_INSTRUCTION + task + (_MANNER + MANNERS[manner] if manner else "")


def task_and_manner(told: str) -> tuple[str, str]:
    """The parts of what ``instruction`` made: the task, and how the user writes; empty where that is as usual."""
    task, _, manner = told.removeprefix(USER_INSTRUCTION).partition(_MANNER)
    return task, manner


def named_user_simulator_few_shot_examples() -> dict[str, list[dict[str, Any]]]:
    """Example conversations by name, as rows for the message log; only the user sees them."""
    return {name: _rows(*conversation) for name, conversation in _CONVERSATIONS.items()}


def default_example() -> str:
    """Name of the example that every starting world holds."""
    return _DEFAULT_EXAMPLE


def _rows(task: str, *lines: str) -> list[dict[str, Any]]:
    rows = [_row(RoleType.SYSTEM, RoleType.USER, USER_INSTRUCTION + task)]
    parties = (RoleType.USER, RoleType.AGENT)
    for position, line in enumerate(lines):
        speaker, listener = parties if position % 2 == 0 else parties[::-1]
        rows.append(_row(speaker, listener, line))
    rows.append(_row(RoleType.USER, RoleType.EXECUTION_ENVIRONMENT, "end_conversation()"))
    return rows


def _row(sender: RoleType, recipient: RoleType, content: str) -> dict[str, Any]:
    return {"sender": sender, "recipient": recipient, "content": content, "visible_to": [RoleType.USER]}
