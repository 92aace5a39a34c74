"""Answers that report a deed: texts, contacts, reminders."""
# ruff: noqa: E501 - a sentence is read best on one line

from __future__ import annotations

from attrs import evolve

from tests.evaluation.facts.wording import BASE, TWO_DANAS, Wordings, done, person, text, words

TABLE = (
    Wordings(
        name="text_plumber_with_cellular_off",
        said="I let Dana Osei know you are running ten minutes late.",
        facts=(done("send"),),
        world=TWO_DANAS,
        right=(
            "Sent.",
            "All set! Dana Osei knows you're running about ten minutes late 🙂",
            "Your message has been delivered to Ms. Dana Osei at +1 206-555-0161.",
            (
                "I switched cellular on, looked up Dana Osei, and texted her:\n\n> Running ten minutes late\n\nAnything "
                "else?"
            ),
            "I have sent the message to Dana that you come 10 minutes late.",
            "Done! I let the plumber know that you're running 10 min late.",
        ),
        wrong=(
            "I let Dana know you are running twenty minutes late.",
            "I let Dana Whitlock know you are running ten minutes late.",
            "I couldn't reach Dana because cellular is off.",
            "Would you like me to text Dana that you're running ten minutes late?",
            "I let Dana know you are running ten minutes early.",
            "I texted Tomás that you are ten minutes late.",
        ),
    ),
    Wordings(
        name="text_boss_by_relationship",
        said="I texted Priya Raman that the elevator is broken.",
        facts=(done("send"),),
        right=(
            "Your boss has been told.",
            "Done — Priya now knows about the elevator.",
            "A text message informing Priya Raman of the broken elevator was sent to (206) 555-0150.",
            (
                'Here\'s what I did:\n- Found your boss: **Priya Raman**\n- Sent her: "The elevator is broken"\n\nLet me '
                "know if you need anything else!"
            ),
            "I have wrote to your boss Priya that elevator is out of order.",
            "Message sent to Priya!",
            "I've let Priya know the elevator isn't working.",
            "I let your boss, Priya Raman, know that the elevator is broken.",
        ),
        wrong=(
            "I texted Priya Raman that the elevator is fixed.",
            "I texted Tomás Rivera that the elevator is broken.",
            "I was not able to text Priya Raman.",
            "I will text Priya Raman that the elevator is broken.",
            "I texted Priya Raman that the elevator is not broken.",
            "Should I tell Priya that the elevator is broken?",
            "I texted Maria Lopez that the elevator is broken.",
        ),
    ),
    Wordings(
        name="remove_friend_from_contacts",
        said="Tomás Rivera is no longer in your contacts.",
        facts=(done("remove"),),
        right=(
            "Deleted.",
            "Tomas is gone from your contacts!",
            'The contact "Tomás Rivera" has been removed from your address book.',
            (
                "Done. I searched your contacts, found Tomás Rivera (+12065550127, friend), and deleted the entry. Your "
                "other contacts are untouched."
            ),
            "I have delete... sorry, I deleted Tomas Rivera of your contacts.",
            "Tomás Rivera isn't in your contacts anymore.",
        ),
        wrong=(
            "Wanda Ekström is no longer in your contacts.",
            "Tomás Rivera is still in your contacts.",
            "I couldn't find Tomás Rivera in your contacts, so nothing was deleted.",
            "I can remove Tomás Rivera from your contacts.",
            "Tomás Rivera has been added to your contacts.",
        ),
    ),
    Wordings(
        name="change_friends_number",
        said="Wanda's number is now +46855501234.",
        facts=(done("change"),),
        right=(
            "Updated!",
            "Done — Wanda's new number, +46 8 555 012 34, is saved.",
            "The telephone number of Wanda Ekström has been changed to +46855501234.",
            (
                "I updated Wanda's contact:\n- **Name:** Wanda Ekström\n- **Old number:** +12065550139\n- **New number:** "
                "+46855501234"
            ),
            "I have changed the number of Wanda, now is +46855501234.",
            "Wanda's number is now +46 85 550 12 34.",
        ),
        wrong=(
            "Wanda's number is now +46855501243.",
            "Priya's number is now +46855501234.",
            "I could not update Wanda's number.",
            "Shall I change Wanda's number to +46855501234?",
            "Wanda's number is still +12065550139.",
        ),
    ),
    Wordings(
        name="remind_me_tomorrow_afternoon",
        said="I will remind you to call the landlord tomorrow at 5:30 PM.",
        facts=(done("remind"), text("5:30 PM")),
        right=(
            "Reminder set: landlord, tomorrow 17:30.",
            "Sure thing! I'll nudge you tomorrow at half past five in the afternoon to ring your landlord.",
            "A reminder to call the landlord has been created for Tuesday, March 3, 2026 at 5:30 p.m.",
            "Done! Here are the details:\n\n* Reminder: Call the landlord\n* Date: 03/03/2026\n* Time: 5:30pm",
            "I put a reminder for tomorrow at 5.30 pm for calling the landlord.",
        ),
        wrong=(
            "I will remind you to call the landlord tomorrow at 5:30 AM.",
            "I will remind you to call the landlord today at 5:30 PM.",
            "I will remind you to call the landlord tomorrow at 6:30 PM.",
            "I can't set a reminder for 5:30 PM.",
            "I will remind you to call the landlord on Wednesday at 5:30 PM.",
        ),
        half=("I set a reminder to call the landlord.", "Should I remind you tomorrow at 5:30 PM?"),
    ),
    Wordings(
        name="remind_me_next_friday_without_a_date",
        said="I will remind you on Friday at noon to buy train tickets.",
        facts=(done("remind"), text("March 6"), text("noon")),
        right=(
            "Set for Friday, 12 PM.",
            "You'll get a nudge this Friday at noon about the train tickets 🚆",
            "A reminder has been scheduled for March 6th at 12:00.",
            "Your reminder is in place:\n1. What: Buy train tickets\n2. When: Friday, March 6, 2026, 12:00 PM\n",
            "I have made the reminder for friday at 12 o'clock, to buy the tickets of train.",
        ),
        wrong=(
            "I will remind you on Thursday at noon to buy train tickets.",
            "I will remind you on Friday at 10 AM to buy train tickets.",
            "I couldn't create the reminder for Friday at noon.",
            "I will remind you on Friday at midnight to buy train tickets.",
            "I will remind you on March 13 at noon to buy train tickets.",
        ),
    ),
    Wordings(
        name="postpone_cake_reminder",
        said="The birthday cake reminder is now at noon.",
        facts=(text("noon"),),
        right=(
            "Moved to 12:00.",
            "Pushed it back! You'll now be reminded at noon to pick up the cake 🎂",
            "The reminder concerning the birthday cake has been rescheduled from 10:00 AM to 12:00 PM.",
            (
                "I found your reminder 'Collect the birthday cake' (originally 10 AM today) and postponed it by two "
                "hours. It's now set for 12 PM."
            ),
            "I have shifted the reminder of the cake two hours, now it is at 12 o'clock.",
        ),
        wrong=(
            "The birthday cake reminder is now at 11 AM.",
            "The birthday cake reminder is now at 8 AM.",
            "The birthday cake reminder is still at 10 AM.",
            "I couldn't move the birthday cake reminder.",
            "The birthday cake reminder is now at 2 PM.",
            "I moved the birthday cake reminder two hours earlier, to 8 AM.",
        ),
    ),
    Wordings(
        name="clear_overdue_reminders",
        said="I removed the two overdue reminders about the balcony plants and the rent.",
        facts=(done("remove"),),
        right=(
            "Cleared.",
            "All gone! Your 2 overdue reminders (plants and rent) have been deleted.",
            "Both overdue reminders have been removed.",
            (
                "I deleted the following overdue reminders:\n- Water the balcony plants (due Sunday 9:00)\n- Transfer the "
                "rent (due today 8:59)\n\nThe birthday cake reminder is still there."
            ),
            "I have removed all reminders what were overdue, it was two.",
        ),
        wrong=(
            "I removed the three overdue reminders about the balcony plants and the rent.",
            "There are no overdue reminders, so I did not delete anything.",
            "I could not remove the overdue reminders.",
            "Do you want me to remove the two overdue reminders?",
            "I will remove the two overdue reminders about the plants and the rent.",
        ),
    ),
    Wordings(
        name="text_boss_in_low_battery_mode",
        said="I told Priya that you left your badge at home.",
        facts=(done("send"),),
        right=(
            "Told her.",
            "Sent! I had to turn off low battery mode and turn cellular on to do it.",
            "Priya Raman has been notified that you left your badge at home.",
            'I turned off low battery mode, enabled cellular and texted Priya: "I left my badge at home".',
            "Message was sent to Priya, she know now that your badge is at home.",
        ),
        wrong=(
            "I told Priya that you left your badge at the office.",
            "I told Wanda that you left your badge at home.",
            "I couldn't tell Priya, low battery mode is on.",
            "I told Priya that you didn't leave your badge at home.",
            "Do you want me to tell Priya you left your badge at home?",
        ),
    ),
    Wordings(
        name="answer_newest_message",
        said="I replied to Priya Raman that you will be there.",
        facts=(done("send"), person("Priya Raman")),
        right=(
            "Replied to Priya.",
            "Done! I told Priya you'll be there 👍",
            'Your reply, "I\'ll be there", has been sent to Priya Raman.',
            'Your latest text was from Priya ("Perfect see you in the lobby at ten"). I answered: I will be there.',
            "I have answered to Priya that you will be there.",
            "Your boss has got your answer: you'll be there.",
        ),
        wrong=(
            "I replied to Priya Raman that you won't be there.",
            "I replied to Tomás Rivera that you will be there.",
            "I did not reply to Priya Raman.",
            "I replied to Priya Raman that you will not be there.",
        ),
        half=("Sent.", "Should I reply to Priya Raman that you will be there?"),
    ),
    Wordings(
        name="friend_becomes_colleague",
        said="Tomás Rivera is now marked as a colleague.",
        facts=(done("change"), words("colleague", "coworker", "co-worker")),
        right=(
            "Tomás: colleague now.",
            "Done, Tomás is now your colleague!",
            'The relationship of Tomás Rivera has been updated to "colleague".',
            (
                "I updated Tomás Rivera's entry:\n- Relationship: friend → **colleague**\nHis number +12065550127 stays "
                "the same."
            ),
            "I changed Tomas from friend to colleague in contacts.",
            "Tomás Rivera is no longer a friend in your contacts but a colleague.",
        ),
        wrong=(
            "Wanda Ekström is now marked as a colleague.",
            "I couldn't mark Tomás as a colleague.",
            "Tomás Rivera is not marked as a colleague.",
        ),
        half=("Tomás Rivera is now marked as your boss.", "Should I mark Tomás as a colleague?"),
    ),
    Wordings(
        name="say_goodbye_and_remove_contact",
        said="I texted Wanda goodbye and removed her from your contacts.",
        facts=(done("send"), done("remove")),
        right=(
            "Texted and deleted.",
            "Goodbye sent, and Wanda's out of your contacts!",
            'I have sent the message "Goodbye" to Wanda Ekström and subsequently removed the contact.',
            'Done:\n- Message to Wanda: "Goodbye" ✅\n- Contact removed ✅',
            "I wrote goodbye to Wanda and after I have deleted she from contacts.",
            "Wanda got your goodbye and is no longer in your contacts.",
            "All done.",
        ),
        wrong=(
            "I texted Wanda goodbye but couldn't remove her from your contacts.",
            "I texted Tomás goodbye and removed him from your contacts.",
            "I removed Wanda from your contacts but did not text her.",
            "I could not send anything, and Wanda is still in your contacts.",
        ),
        half=("I texted Wanda goodbye.", "I removed Wanda from your contacts."),
    ),
    Wordings(
        name="send_message_with_contact_content_cellular_off",
        said="I texted Tomás Rivera that the spare key is with the neighbour.",
        facts=(done("send"),),
        right=(
            "Sent to Tomás.",
            "Tomás knows where the spare key is now!",
            "The message has been sent to Mr. Rivera.",
            (
                'I turned cellular service on and texted Tomás Rivera (+12065550127): "The spare key is with the '
                'neighbour".'
            ),
            "I wrote Tomás the key is by the neighbour.",
        ),
        wrong=(
            "I texted Wanda Ekström that the spare key is with the neighbour.",
            "I texted Tomás Rivera that the spare key is not with the neighbour.",
            "Cellular is off, so I couldn't text Tomás.",
            "I can text Tomás Rivera that the spare key is with the neighbour.",
            "Unfortunately the message to Tomás failed.",
        ),
    ),
    Wordings(
        name="text_a_friend_after_a_question",
        said="I texted Tomás Rivera that the match starts at seven.",
        facts=(done("send"),),
        right=(
            "Done.",
            "Texted Tomás: match starts at 7 ⚽",
            "Tomás Rivera has been informed that the match begins at 7:00.",
            'I found Tomás Rivera in your contacts and sent him this text: "The match starts at seven".',
            "I send him the message that the match is starting at 7 o'clock. Message sent.",
        ),
        wrong=(
            "I texted Tomás Rivera that the match starts at eight.",
            "I texted Wanda that the match starts at seven.",
            "I haven't texted Tomás yet.",
            "I'll text Tomás that the match starts at seven.",
            "I texted Tomás Rivera that the match ends at seven.",
        ),
    ),
    Wordings(
        name="which_dana_is_meant",
        said="I texted Dana Whitlock that you are at the door.",
        facts=(done("send"),),
        world=TWO_DANAS,
        right=(
            "Sent.",
            "Dana knows you're at the door!",
            "Your neighbour, Dana Whitlock, has been informed.",
            'I texted Dana Whitlock (neighbour, +12065550172) — not Dana Osei, the plumber: "I\'m at the door".',
            "I have texted to your neighbor Dana that you stay at the door.",
        ),
        wrong=(
            "I texted Dana Osei that you are at the door.",
            "I texted the plumber that you are at the door.",
            "I couldn't text Dana Whitlock.",
            "Should I text Dana Whitlock that you are at the door?",
            "I texted Dana Miller that you are at the door.",
        ),
    ),
    Wordings(
        name="save_sender_of_message_just_read",
        said="I saved +12065550188 as Corner Shop.",
        facts=(done("save"),),
        right=(
            "Saved.",
            "Got it, Corner Shop is in your contacts now!",
            "The number (206) 555-0188 has been stored under the name Corner Shop.",
            "New contact created:\n- Name: Corner Shop\n- Phone: +1 206 555 0188",
            "I have add... added the number as Corner Shop to contacts.",
        ),
        wrong=(
            "I saved +12065550118 as Corner Shop.",
            "I could not save the number as Corner Shop.",
            "Do you want me to save it as Corner Shop?",
            "I saved +12065550139 as Corner Shop.",
            "I saved +12065550188 as Book Shop.",
        ),
    ),
    Wordings(
        name="move_reminder_just_read",
        said="I moved the birthday cake reminder to 9:30 AM.",
        facts=(text("9:30 AM"),),
        right=(
            "9:30 now.",
            "Done, you'll be reminded at half past nine instead!",
            "The reminder has been moved from 10:00 to 09:30.",
            "Your birthday cake reminder has been updated:\n- Old time: 10:00 AM\n- New time: 9:30 AM",
            "I did it half an hour earlier, it is at 9.30 am now.",
        ),
        wrong=(
            "I moved the birthday cake reminder to 10:30 AM.",
            "I moved the birthday cake reminder to 9:30 PM.",
            "I moved the birthday cake reminder to 9 AM.",
            "I couldn't move the reminder.",
            "It's still at 10 AM.",
        ),
    ),
    Wordings(
        name="remove_contact_after_confirmation",
        said="I deleted Wanda Ekström from your contacts.",
        facts=(done("remove"),),
        right=(
            "Gone. Wanda is gone.",
            "All done, Wanda's been deleted!",
            "The contact with the number +1 (206) 555-0139, Wanda Ekström, has been erased.",
            (
                "That number belonged to Wanda Ekström (friend). I've removed that contact; Tomás and Priya are still "
                "there."
            ),
            "I removed she from your contacts.",
        ),
        wrong=(
            "I deleted Tomás Rivera from your contacts.",
            "I could not delete Wanda Ekström.",
            "There is no contact with that number, so I deleted nothing.",
            "Are you sure you want me to delete Wanda Ekström?",
            "Wanda Ekström is still in your contacts.",
        ),
    ),
    Wordings(
        name="change_of_mind_about_the_recipient",
        said="I sent the same text to Tomás.",
        facts=(done("send"),),
        world=evolve(BASE, heard=("Text Wanda that dinner is at eight", "Send the same to Tomás")),
        right=(
            "Sent to him too.",
            "Tomás got it as well!",
            "The identical message has been forwarded to Tomás Rivera.",
            "I've also texted Tomás (+12065550127) that dinner is at eight. So both Wanda and Tomás know.",
            "Same text I sent also to Tomas.",
        ),
        wrong=(
            "I sent the same text to Wanda.",
            "I sent the same text to Priya.",
            "I couldn't send it to Tomás.",
            "I'll send the same text to Tomás.",
            "The text to Tomás was not sent.",
        ),
    ),
    Wordings(
        name="reminder_bit_by_bit",
        said="I will remind you at 6:15 PM to defrost the freezer.",
        facts=(done("remind"), text("18:15")),
        right=(
            "Set for 18:15.",
            "I'll ping you at quarter past six tonight to defrost the freezer!",
            "A reminder has been set for 6:15 PM today, March 2.",
            "Reminder added:\n- Task: Defrost the freezer\n- When: Today at 6:15 PM",
            "I will remind to you at 6.15 pm for the freezer.",
        ),
        wrong=(
            "I will remind you at 6:15 AM to defrost the freezer.",
            "I will remind you at 6:45 PM to defrost the freezer.",
            "I can't set reminders for 6:15 PM.",
            "I will remind you tomorrow at 6:15 AM to defrost the freezer.",
        ),
        half=("I set a reminder to defrost the freezer.",),
    ),
    Wordings(
        name="texted_about_concert",
        said="I texted Wanda that the concert is sold out.",
        facts=(done("send"),),
        right=(
            "Sent!",
            "Wanda has been told there are no tickets left.",
            "I have informed Ms. Ekström that the concert is sold out.",
            'I turned cellular on and sent Wanda: "The concert is sold out". Hope she finds another one!',
            "I texted to Wanda, concert is sold out.",
        ),
        wrong=(
            "I texted Wanda that the concert is not sold out.",
            "I texted Wanda that tickets are still available.",
            "I texted Tomás that the concert is sold out.",
            "I couldn't text Wanda that the concert is sold out.",
            "Shall I text Wanda that the concert is sold out?",
        ),
    ),
    Wordings(
        name="save_new_flatmate",
        said="I saved Joris Peeters with the number +31205550123.",
        facts=(done("save"),),
        world=evolve(BASE, heard=("Save Joris Peeters, he is my new flatmate",)),
        right=(
            "Joris is in your contacts.",
            "Done, your new flatmate Joris is saved!",
            "The contact Joris Peeters (+31 20 555 0123) has been added to your address book.",
            "Contact created:\n\n| Name | Joris Peeters |\n| Phone | +31 20 555 0123 |\n| Relationship | flatmate |",
            "I have saved him in the contacts like flatmate.",
        ),
        wrong=(
            "I saved Joris Peeters with the number +31205550132.",
            "I couldn't save Joris Peeters.",
            "Should I save Joris Peeters with the number +31205550123?",
            "I will save Joris Peeters with the number +31205550123.",
            "I removed Joris Peeters from your contacts.",
        ),
    ),
    Wordings(
        name="save_number_with_local_format",
        said="Harbor Vet is now in your contacts.",
        facts=(done("save"),),
        right=(
            "Added.",
            "Harbor Vet is saved 🐶",
            "The contact has been created with the telephone number +12065550147.",
            "You can now find Harbor Vet in your contacts: (206) 555-0147.",
            "I have put Harbor Vet in your contacts list.",
        ),
        wrong=(
            "Harbor Vet is not in your contacts.",
            "I couldn't add Harbor Vet.",
            "Do you want me to add Harbor Vet to your contacts?",
            "Harbor Vet has been removed from your contacts.",
            "I can add Harbor Vet to your contacts.",
        ),
    ),
    Wordings(
        name="remind_me_at_the_pharmacy",
        said="I will remind you at Valley Pharmacy tomorrow at 10 AM to pick up cough syrup.",
        facts=(done("remind"), text("10 AM")),
        right=(
            "Reminder's set: Valley Pharmacy, tomorrow at 10.",
            "You'll be reminded tomorrow morning at ten o'clock at Valley Pharmacy!",
            "A location-based reminder has been added for March 3, 10:00 AM.",
            "Done!\n- What: pick up cough syrup\n- Where: Valley Pharmacy\n- When: Tue, Mar 3, 10:00 am",
            "I did a reminder for you tomorrow 10:00 at the pharmacy. Reminder is set.",
        ),
        wrong=(
            "I will remind you at Valley Pharmacy tomorrow at 11 AM to pick up cough syrup.",
            "I will remind you at Valley Pharmacy today at 10 AM to pick up cough syrup.",
            "I will remind you at Harbor Pharmacy tomorrow at 10 AM to pick up cough syrup.",
            "I couldn't set the reminder for 10 AM.",
            "I will remind you at Valley Pharmacy tomorrow at 10 PM to pick up cough syrup.",
        ),
    ),
    Wordings(
        name="remind_me_the_day_before_memorial_day",
        said="I will remind you on May 24 at 9 AM to light the grill.",
        facts=(done("remind"), text("May 24"), text("9 AM")),
        right=(
            "Set: Sunday, May 24, 9 AM.",
            "You'll hear from me on the 24th of May at nine in the morning 🔥",
            "The reminder has been created for 2026-05-24 at 09:00.",
            "Memorial Day is on May 25, so I set your reminder for the day before: May 24th, 9:00 a.m.",
            "I have set reminder for 24 May, 9 am, for light the grill.",
        ),
        wrong=(
            "I will remind you on May 25 at 9 AM to light the grill.",
            "I will remind you on May 24 at 9 PM to light the grill.",
            "I will remind you on May 23 at 9 AM to light the grill.",
            "I couldn't set a reminder for May 24 at 9 AM.",
            "I will remind you on June 24 at 9 AM to light the grill.",
        ),
    ),
)
