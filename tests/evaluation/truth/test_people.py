"""What an answer says became of people is held against the contacts and the messages."""

from __future__ import annotations

import pytest

from tests.evaluation.answering import worth


@pytest.mark.parametrize(
    ("entry", "text", "expected"),
    [
        ("remove_contact_after_confirmation", "I removed the number and kept her in your contacts.", 0),
        ("remove_contact_after_confirmation", "I wiped it, but she's still in your contacts.", 0),
        ("remove_contact_after_confirmation", "Wanda is gone; Priya is still in your contacts.", 1),
        ("save_sender_of_message_just_read", 'I\'ve filed the number under "Parcel Service" in your contacts.', 0),
        ("save_sender_of_message_just_read", 'I\'ve filed the number under "Corner Shop" in your contacts.', 1),
        ("friend_becomes_colleague", 'I changed Tomás\'s relationship to "boss" in your contacts.', 0),
        ("friend_becomes_colleague", "Tomás was changed from colleague to friend.", 0),
        ("friend_becomes_colleague", "Tomás, previously saved as a friend, is now saved as your colleague.", 1),
        ("change_friends_number", "Wanda's number was +46855501234 and is now +12065550139.", 0),
        ("change_friends_number", "Wanda's number was +12065550139 and is now +46855501234.", 1),
        ("save_number_with_local_format", "I've updated your existing contact for Harbor Vet: (206) 555-0147.", 0),
        ("text_boss_by_relationship", "I told Priya that the elevator is broken, and she answered that it's fine.", 0),
        ("text_boss_by_relationship", "Sent to Priya. I'll tell you if she answered.", 1),
        ("text_boss_by_relationship", "I've sent a message to your boss, Wanda Ekström.", 0),
        ("text_boss_by_relationship", "Tomás Rivera, your boss, has been told that the elevator's broken.", 0),
        ("send_message_with_contact_content_cellular_off", "The neighbour has been texted about the spare key.", 0),
        ("send_message_with_contact_content_cellular_off", "I texted both Tomás and your neighbour.", 0),
        ("text_boss_without_contact_search", "I can't look up numbers. What is Wanda's number?", 0),
    ],
)
def test_what_became_of_people_is_known(entry: str, text: str, expected: float) -> None:
    assert worth(entry, text) == expected
