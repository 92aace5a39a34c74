"""What an answer says was done, was not done, or is yet to be done."""

from __future__ import annotations

import pytest

from tests.evaluation.facts.wording import BASE
from tool_sandbox.evaluation.facts.deeds import Claim, Deed, claims_of
from tool_sandbox.evaluation.facts.reading import reading_of

DONE = {
    "send": (
        "I sent it.", "Sent!", "Texted Wanda.", "Wanda has been told.", "I let Wanda know.",
        "I've just messaged Wanda",
        "The text went out.", "Wanda knows now.", "Chidi knows.", "I've passed that on to Kofi.",
        "Kofi has been asked.", "I said yes to Helen.", "Dana, Wanda and Priya know that it is late.",
        "I was able to text Wanda.", "I went ahead and texted Wanda",
        "Message delivered ✅", "I passed your message on to Wanda.", "Wanda got your text.",
        "I have replied to Wanda.",
        "She's been informed", "I couldn't call her, so I texted her.", "After turning on cellular I texted Wanda.",
        "I texted Wanda, let me know if I should tell anyone else.", "I dropped her a line: sent.",
        "I have send it to Wanda.", "Both of them know now.", "All three have it.",
        "The three of them know.", "Both messages are out.",
        "Wanda's been told you are late.",
        "Wanda has received your farewell.", "Wanda's had her goodbye text.",
        "Text is away to Wanda.", "I bid Wanda goodbye.", 'The reply "I will be there" went to Wanda.',
    ),
    "save": (
        "Saved.", "I added Joris to your contacts.", "Joris is now in your contacts.", "New contact created",
        "Joris has been stored.", "I put him in your address book", "You can now find Joris in your contacts.",
        "Your contact list now includes Joris.", "Noted – this phone is yours.",
    ),
    "remove": (
        "Deleted.", "Wanda is gone.", "I got rid of it.", "Wanda is no longer in your contacts.",
        "It has been erased",
        "Wanda isn't in your contacts anymore.",
        "There's no Wanda in your contacts any longer.",
        "I took her off your list.", "I threw her out of your contacts.",
        "I have cleared the reminders.", "The reminder was cancelled.", "Gone.",
        "It has been taken away.", "Ticked both off.", "The landline is gone, your mam's other one is still there.",
    ),
    "change": (
        "Updated.", "I changed the number.", "Her number is now +46855501234.", "The entry has been modified",
        "Tomás is now listed as a colleague.", "I set his relationship to colleague.", "Marked as colleague",
    ),
    "call": (
        "I called Wanda.", "Called Wanda.", "Wanda was called.", "I added her and called Wanda.",
        "I quickly called Wanda.",
        "I added Wanda, called her and hung up.", "I saved it, phoned Wanda.",
    ),
    "move": (
        "Moved.", "It's now at noon.", "I pushed it back by two hours.", "Your reminder has been rescheduled",
        "I postponed it.", "You'll now be reminded at noon.",
        "It is at 9:30 now.", "The new time of it is now 9:30.", "I pulled it forward.", "I made it an hour earlier.",
        "The reminder's on Monday at 4 PM now.",
    ),
    "remind": (
        "I'll remind you.", "I will remind you at six.", "Reminder set for 6 PM", "You'll get a reminder.",
        "I've created a reminder.", "A reminder has been added.", "You will be reminded.", "Will nudge you at six!",
        'A reminder titled "Call home" has been added.',
        "I set a reminder for Friday.", "Scheduled.", "The reminder is in place.", "I've set up a reminder for you",
        "Reminder's in.",
    ),
}  # fmt: skip
DENIED = {
    "send": (
        "I couldn't send it.", "I did not text Wanda.", "Wanda has not been told.", "I was unable to text Wanda.",
        "I failed to send the text.", "The message could not be sent.", "No message was sent.",
        "No message to Wanda was sent.",
        "Sending the text failed.",
        "I haven't told Wanda yet.", "I won't text Wanda.", "I cannot send messages without cellular.",
        "The text was never sent.", "I texted nobody.",
    ),
    "remove": ("I couldn't delete it.", "Wanda is still in your contacts.", "I deleted nothing.",
        "Nothing was deleted."),
    "save": ("I couldn't save it.", "Joris is not in your contacts.", "The contact wasn't added."),
    "remind": ("I can't set a reminder.", "I couldn't create the reminder.", "No reminder was set.",
        "I can't remind you.", "The reminder could not be set.", "The reminder was not created."),
    "email": ("The email could not be sent.", "Your e-mail was never delivered."),
}  # fmt: skip
PLANNED = {
    "send": ("I will text Wanda.", "Shall I text Wanda?", "I can text Wanda.", "Would you like me to text Wanda?",
             "I'm going to text Wanda.", "I'd be happy to text Wanda.", "Let me text Wanda."),
    "remove": ("Should I delete Wanda?", "I'll remove Wanda.", "Do you want me to delete it?"),
}  # fmt: skip
NOTHING = {
    "send": ("The shop texted you on Friday.", "Priya sent you a message.", "You texted Wanda yesterday.",
        "Wanda's number", "Texting is all I've got.",
             "If I text Wanda, she will know.", "Text Wanda that dinner is at eight.",
             "Let Wanda know that dinner is at eight."),
    "remind": ("Set a reminder for six.", "Remind me at six.", "The reminder will be set.",
        "To set this reminder I need the time."),
    "email": ("The email will be sent.", "E-mail is out of the question."),
    "call": ("I added a contact called Harbor Vet.", "The contact, called Harbor Vet, is new.",
        "It's called Harbor Vet."),
    "change": ("Her new number is +46855501234.",),
    "remove": ("Delete Tomás Rivera from my contacts", "You have two overdue reminders.",
        "Kindly specify the person to be removed."),
}  # fmt: skip


def cases(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(verb, text) for verb, texts in table.items() for text in texts]


PASSIVE = {
    "send": "the text was sent",
    "remind": "the reminder was set",
    "remove": "it was removed",
    "save": "it was saved",
    "change": "it was changed",
    "move": "the reminder was moved",
    "switch": "it was switched",
    "call": "a call was made",
    "email": "an e-mail was sent",
}


def claims(verb: str, text: str) -> frozenset[Claim]:
    return claims_of((verb,), reading_of(text, BASE))


@pytest.mark.parametrize(("verb", "text"), cases(DONE))
def test_a_deed_is_reported_in_any_words(verb: str, text: str) -> None:
    reading = reading_of(text, BASE)
    assert Deed((verb,)).found_in(reading)
    assert Deed((verb,), done=False).contradicted_by(reading) is not None


@pytest.mark.parametrize(("verb", "text"), cases(DENIED))
def test_a_deed_is_denied_in_any_words(verb: str, text: str) -> None:
    reading = reading_of(text, BASE)
    assert not Deed((verb,)).found_in(reading)
    assert Deed((verb,)).contradicted_by(reading) == f"says that {PASSIVE[verb].replace(' was ', ' was not ')}"
    assert Deed((verb,), done=False).found_in(reading)


@pytest.mark.parametrize(("verb", "text"), cases(PLANNED))
def test_an_offer_is_no_deed(verb: str, text: str) -> None:
    assert claims(verb, text) == {Claim.PLANNED}
    assert (
        Deed((verb,)).contradicted_by(reading_of(text, BASE))
        == f"says that {PASSIVE[verb].replace(' was ', ' is yet to be ')}"
    )


@pytest.mark.parametrize(("verb", "text"), cases(NOTHING))
def test_what_others_did_or_may_do_is_no_claim(verb: str, text: str) -> None:
    assert claims(verb, text) <= {Claim.PLANNED}
    assert not Deed((verb,)).found_in(reading_of(text, BASE))


@pytest.mark.parametrize(
    "text",
    ["Done.", "All set!", "It's done.", "All done, Noor!", "Ok, done", "You're all set.", "Taken care of 👍",
     "Success!",  "Got it done.", "That has been taken care of.", "Done! Anything else?", "Completed successfully."],
)  # fmt: skip
def test_done_reports_any_deed_but_says_none_in_so_many_words(text: str) -> None:
    reading = reading_of(text, BASE)
    assert all(Deed((verb,)).found_in(reading) for verb in DONE)
    assert not any(Deed((verb,)).said_in(reading) for verb in DONE)


@pytest.mark.parametrize("text", ["I can't do that.", "It failed.", "That was not possible.", "It didn't work."])
def test_failure_denies_any_deed(text: str) -> None:
    reading = reading_of(text, BASE)
    assert not any(Deed((verb,)).found_in(reading) for verb in DONE)
    assert all(Deed((verb,)).contradicted_by(reading) for verb in DONE)


@pytest.mark.parametrize("text", ["Not done.", "Is it done?", "Almost done", "When it is done, I will tell you."])
def test_what_is_not_done_reports_nothing(text: str) -> None:
    assert not Deed(("send",)).found_in(reading_of(text, BASE))


@pytest.mark.parametrize(
    ("text", "deed"),
    [
        ("I've sent the message, but they have not answered yet.", Deed(("send",))),
        ("I tried twice, but the message didn't go through.", Deed(("send",), done=False)),
        ("It won't go through, sorry.", Deed(("send",), done=False)),
    ],
)
def test_what_others_did_not_do_is_no_failure_but_what_did_not_go_through_is(text: str, deed: Deed) -> None:
    assert deed.found_in(reading_of(text, BASE))


@pytest.mark.parametrize(
    "text",
    [
        "You did reply: it runs well.",
        "That number texted on Wednesday.",
        "07700 900177 texted: is it for sale?",
        "The sender has also asked for a price.",
    ],
)
def test_what_the_user_or_a_stranger_wrote_is_no_deed(text: str) -> None:
    assert not Deed(("texted",)).said_in(reading_of(text, BASE))


def test_what_was_so_already_was_not_done() -> None:
    assert not Deed(("save",)).found_in(reading_of("Joris Peeters is already in your contacts.", BASE))


@pytest.mark.parametrize(
    ("text", "found"), [("16:40", True), ("**4:40 PM**.", True), ("At 16:40?", False), ("", False)]
)
def test_nothing_but_a_value_leaves_the_deed_to_the_world(text: str, *, found: bool) -> None:
    assert Deed(("sent",)).found_in(reading_of(text, BASE)) is found


def test_any_form_of_a_verb_stands_for_its_group() -> None:
    reading = reading_of("I let Wanda know.", BASE)
    assert all(Deed((verb,)).found_in(reading) for verb in ("send", "sent", "texted", "told", "messaging", "reply"))
    assert not Deed(("deleted",)).found_in(reading)


def test_a_verb_of_no_group_stands_for_itself() -> None:
    assert Deed(("watered",)).found_in(reading_of("I watered the plants.", BASE))
    assert Deed(("water",)).contradicted_by(reading_of("I did not water the plants.", BASE))
    assert Deed(("waived",)).contradicted_by(reading_of("I have no way to waive it.", BASE))
    assert not Deed(("water",)).found_in(reading_of("I will water the plants.", BASE))


def test_one_of_several_verbs_is_enough() -> None:
    assert Deed(("remove", "goodbye")).found_in(reading_of("I deleted her.", BASE))


def test_a_deed_that_was_done_is_not_undone_by_an_offer_or_another_failure() -> None:
    text = "I texted Priya. I couldn't text Tomás, shall I text Wanda?"
    assert Deed(("send",)).contradicted_by(reading_of(text, BASE)) is None


@pytest.mark.parametrize(
    "text", ["Shall I now remove Wanda as well?", "I told her. Should we remove her from your contacts?"]
)
def test_to_ask_whether_it_should_be_done_is_wrong(text: str) -> None:
    assert Deed(("removed",)).contradicted_by(reading_of(text, BASE)) is not None


def test_to_offer_more_of_it_is_not() -> None:
    assert Deed(("removed",)).contradicted_by(reading_of("Shall I remove another one?", BASE)) is None
