"""Answers that tell something: states, values, and what is asked back or declined."""
# ruff: noqa: E501 - a sentence is read best on one line

from __future__ import annotations

from tests.evaluation.facts.wording import (
    TWO_DANAS,
    Wordings,
    any_of,
    asked,
    cannot,
    not_done,
    off,
    on,
    person,
    place,
    text,
    words,
)

TABLE = (
    Wordings(
        name="go_off_the_grid",
        said="Wi-Fi and cellular are off and location service is still on.",
        facts=(off("wi-fi"), off("cellular"), on("location")),
        right=(
            "Wifi off, cell off, GPS on.",
            "Done! I cut your wireless and mobile data, but GPS keeps running 😎",
            "Wi-Fi and cellular service have been disabled; location services remain enabled.",
            "Here's the current status:\n\n- **Wi-Fi**: Off\n- **Cellular**: Off\n- **Location service**: On",
            "I turned off Wi-Fi and cellular but left GPS on.",
            "I have turn off wifi and cellular, the location it is still active.",
            "Wi-Fi is now off, and so is cellular. Location services are still up and running.",
            "Both Wi-Fi and cellular are now off. GPS is untouched.",
            "I switched Wi-Fi off and cellular off too, and I kept location on.",
            "| Setting | State |\n|---|---|\n| Wi-Fi | off |\n| Cellular | off |\n| GPS | on |",
        ),
        wrong=(
            "Wi-Fi and cellular are on and location service is off.",
            "Wi-Fi and cellular are off and location service is off too.",
            "Wi-Fi is off, cellular is still on and so is location service.",
            "Wi-Fi, cellular and location service are off.",
            "I couldn't turn off Wi-Fi and cellular; location service is still on.",
            "I turned off Wi-Fi, cellular and GPS.",
        ),
        half=("Should I turn off Wi-Fi and cellular and leave location on?", "Wi-Fi is off.", "I will turn off Wi-Fi."),
    ),
    Wordings(
        name="switch_wifi_off",
        said="Wi-Fi is off now.",
        facts=(off("wi-fi"),),
        right=(
            "Off.",
            "Done, it's off!",
            "The wireless connection has been deactivated.",
            "I've turned off your Wi-Fi. Cellular and location service are still on, so you can still get messages.",
            "The wifi is not more on. Wifi is off.",
            "Wi-Fi's off. Want me to turn it back on later?",
            "Your WiFi is no longer on.",
            "I disabled Wi-Fi for you.",
        ),
        wrong=(
            "Wi-Fi is on now.",
            "I couldn't turn Wi-Fi off; it is still on.",
            "Shall I turn Wi-Fi off?",
            "Wi-Fi isn't off yet.",
            "Cellular is off now.",
            "I'll turn the wifi off.",
            "You can turn off Wi-Fi in the settings.",
            "Turn off the wifi",
        ),
    ),
    Wordings(
        name="wifi_on_in_low_battery_mode",
        said="Wi-Fi is on. I had to switch low battery mode off.",
        facts=(on("wi-fi"), off("low battery mode")),
        right=(
            "Wi-Fi on, battery saver off.",
            "Your Wi-Fi is back on! Heads-up: I had to turn off low battery mode for that.",
            "Low battery mode has been disabled and Wi-Fi has been enabled.",
            (
                "Wi-Fi was off because low battery mode was on. I turned low battery mode off first, then switched Wi-Fi "
                "on. Cellular and location are still off."
            ),
            "I have turned on the wifi, for this I must to disable the low power mode. Low battery mode is off.",
            (
                "To turn on Wi-Fi I needed to switch off low battery mode; both are done: Wi-Fi is running and low "
                "battery mode is off."
            ),
        ),
        wrong=(
            "Wi-Fi is off. I had to switch low battery mode on.",
            "Wi-Fi can't be switched on because low battery mode is on.",
            "Wi-Fi is on, and low battery mode is still on.",
            "I couldn't turn on Wi-Fi.",
        ),
        half=("Wi-Fi is on.", "Should I turn off low battery mode so that Wi-Fi can be turned on?"),
    ),
    Wordings(
        name="is_wifi_on",
        said="No, Wi-Fi is off.",
        facts=(any_of(off("wi-fi"), words("no", "nope")),),
        right=(
            "No.",
            "Nope, it's off at the moment!",
            "Your Wi-Fi is currently disabled.",
            "I checked: Wi-Fi is off right now. Cellular is on, though. Would you like me to turn Wi-Fi on?",
            "No, the wifi is not on.",
            "It isn't on.",
        ),
        wrong=(
            "Yes, Wi-Fi is on.",
            "Wi-Fi is on.",
            "Yes.",
            "Is your Wi-Fi off?",
            "I turned Wi-Fi on for you.",
            "Yes, it's enabled.",
        ),
    ),
    Wordings(
        name="look_up_friends_number",
        said="Wanda Ekström's number is +12065550139.",
        facts=(text("+12065550139"),),
        right=(
            "(206) 555-0139",
            "It's 206-555-0139!",
            "The telephone number of Ms. Wanda Ekström is +1 206 555 0139.",
            "Here's what I found:\n- Name: Wanda Ekström\n- Phone: **+1 (206) 555-0139**\n- Relationship: friend",
            "The number from Wanda is 2065550139.",
        ),
        wrong=(
            "Wanda Ekström's number is +12065550193.",
            "Wanda's number is (206) 555-0127.",
            "I couldn't find Wanda's number.",
            "Tomás Rivera's number is +12065550139.",
            "Do you want me to look up Wanda's number?",
        ),
    ),
    Wordings(
        name="find_message_about_parcel",
        said="You can pick up your parcel at the corner shop until Friday.",
        facts=(text("Friday"),),
        right=(
            "Friday.",
            "You've got until Friday to grab it!",
            (
                "According to the message you received, the parcel is available at the corner shop through Friday, March "
                "6."
            ),
            'I found a text from +12065550188: "Your parcel is waiting at the corner shop until Friday".',
            "The parcel you can take until friday in the shop at the corner.",
        ),
        wrong=(
            "You can pick up your parcel at the corner shop until Thursday.",
            "Until Saturday.",
            "I couldn't find a message about a parcel.",
            "You can pick up your parcel at the corner shop until tomorrow.",
            "You can pick up your parcel until Monday, March 9.",
        ),
    ),
    Wordings(
        name="read_out",
        said="Your parcel is waiting at the corner shop until Friday.",
        facts=(place("corner shop", "the shop"), text("Friday")),
        right=(
            "Corner shop, until Friday.",
            "It says your parcel's at the corner shop and you can get it till Friday :)",
            'The message reads: "Your parcel is waiting at the corner shop until Friday."',
            (
                "You received it 3 days ago from +12065550188: the parcel waits at the corner shop until Friday. You "
                "replied that you'd pick it up after work."
            ),
            "The text say the parcel is in corner shop to friday.",
        ),
        wrong=("Your parcel is waiting at the corner shop until Sunday.", "No text mentions a parcel."),
        half=("Your parcel is waiting at the post office until Friday.", "Your parcel is at the corner shop."),
    ),
    Wordings(
        name="convert_miles_to_kilometers",
        said="5 miles are 8.05 kilometers.",
        facts=(text("8.05 km"),),
        right=(
            "8.05 km",
            "Your route's about 8 kilometres!",
            "Five miles correspond to 8.04672 kilometers.",
            "5 miles = 8.05 km. For reference, 1 mile is 1.609 km.",
            "It is 8,05 km long.",
        ),
        wrong=(
            "5 miles are 8.5 kilometers.",
            "5 miles are 3.11 kilometers.",
            "6 miles are 9.66 kilometers.",
            "I can't convert miles.",
            "5 miles are 80.5 kilometers.",
        ),
    ),
    Wordings(
        name="recipe_in_grams",
        said="2 pounds are 907.2 grams.",
        facts=(text("907.2 g"),),
        right=(
            "907 g",
            "That's roughly 907 grams of flour!",
            "Two pounds equal 907.18 grams.",
            "2 lbs of flour is 907.2 g (1 lb = 453.6 g).",
            "It makes 0.907 kg.",
        ),
        wrong=(
            "2 pounds are 970.2 grams.",
            "2 pounds are 453.6 grams.",
            "2 pounds are 90.7 grams.",
            "I don't know.",
            "That's 1000 g.",
        ),
    ),
    Wordings(
        name="dollars_to_euros",
        said="250 US dollars are 230 euros.",
        facts=(text("230 euros"),),
        right=(
            "€230",
            "You'd get 230 euros for it!",
            "250 USD is equivalent to 230.00 EUR.",
            "At today's rate (1 USD = 0.92 EUR), $250 comes to €230.",
            "250 bucks makes 230 Euro.",
        ),
        wrong=(
            "250 US dollars are 203 euros.",
            "250 US dollars are 320 euros.",
            "250 US dollars are 271.74 euros.",
            "I couldn't look up the rate.",
            "It's 230 pounds.",
        ),
    ),
    Wordings(
        name="temperature_here_in_fahrenheit",
        said="It is 51.8 degrees Fahrenheit outside.",
        facts=(text("51.8 °F"),),
        right=(
            "51.8°F",
            "It's about 52 degrees Fahrenheit out there!",
            "The current temperature is 51.8 degrees Fahrenheit (11 °C).",
            "I turned off low battery mode and turned on Wi-Fi and location. It's 51.8 °F right now.",
            "Outside are 51,8 Fahrenheit.",
        ),
        wrong=(
            "It is 58.1 degrees Fahrenheit outside.",
            "It is 11 degrees Fahrenheit outside.",
            "It is -51.8 degrees Fahrenheit outside.",
            "I can't look up the weather.",
            "It's 41 °F.",
        ),
    ),
    Wordings(
        name="weather_tomorrow",
        said="Tomorrow's low is 4 degrees Celsius.",
        facts=(text("4 °C"),),
        right=(
            "4°C",
            "It'll go down to 4 degrees tomorrow, bring a jacket!",
            "The minimum temperature forecast for tomorrow is 4 degrees Celsius.",
            "Tomorrow's forecast:\n- High: 15 °C\n- Low: 4 °C",
            "Tomorrow the lowest is four degrees.",
        ),
        wrong=(
            "Tomorrow's low is -4 degrees Celsius.",
            "Tomorrow's high is 4 degrees Celsius.",
            "Tomorrow's low is 14 degrees Celsius.",
            "I couldn't find tomorrow's forecast.",
            "Tomorrow's low is 40 degrees Celsius.",
        ),
    ),
    Wordings(
        name="days_until_thanksgiving",
        said="There are 268 days until Thanksgiving.",
        facts=(text("268 days"),),
        right=(
            "268.",
            "Only 268 days to go 🦃",
            "Thanksgiving falls on Thursday, November 26, 2026, which is 268 days from today.",
            "I turned on Wi-Fi to look it up: 268 days left.",
            "There is 268 days still until the Thanksgiving.",
        ),
        wrong=(
            "There are 286 days until Thanksgiving.",
            "There are 26 days until Thanksgiving.",
            "I couldn't look up Thanksgiving.",
            "There are 267 hours until Thanksgiving.",
            "There are 300 days until Thanksgiving.",
        ),
    ),
    Wordings(
        name="hours_until_the_cake",
        said="You have one hour left.",
        facts=(text("1 hour"),),
        right=(
            "1h",
            "You've got an hour!",
            "There are 60 minutes remaining until the reminder at 10:00 AM.",
            "Your reminder to collect the birthday cake is at 10 AM. It's 9 AM now, so you have 1 hour left.",
            "You must to get it in one hour.",
        ),
        wrong=(
            "You have two hours left.",
            "You have 30 minutes left.",
            "I can't find such a reminder.",
            "You have one day left.",
            "You have 10 hours left.",
        ),
    ),
    Wordings(
        name="weekday_of_independence_day",
        said="Independence Day is on a Saturday.",
        facts=(text("Saturday"),),
        right=(
            "Saturday.",
            "It's a Saturday this year 🎆",
            "In 2026, Independence Day falls on Saturday, July 4.",
            "July 4, 2026 is a Saturday. The observed holiday is on Friday, July 3.",
            "This year is on saturday.",
        ),
        wrong=(
            "Independence Day is on a Sunday.",
            "It's a Friday.",
            "I couldn't find out.",
            "Independence Day is not on a Saturday.",
            "Independence Day is on Monday.",
        ),
    ),
    Wordings(
        name="ticker_symbol_of_company",
        said="Nvidia trades under the symbol NVDA.",
        facts=(words("NVDA"),),
        right=(
            "NVDA",
            "It's NVDA!",
            "The ticker symbol of NVIDIA Corporation is NVDA (NASDAQ).",
            "Nvidia (**NVDA**) is currently trading at $880.",
            "The symbol for Nvidia it is nvda.",
        ),
        wrong=("Nvidia trades under the symbol NVDIA.", "AMD", "The symbol is not NVDA.", "NVD", "I couldn't find it."),
    ),
    Wordings(
        name="text_boss_without_contact_search",
        said="I cannot look up Priya's phone number. What is her number?",
        facts=(any_of(cannot("look up", "search contacts", "number", "contacts"), asked("number")),),
        right=(
            "Number?",
            "I don't have Priya's number — could you share it with me?",
            "Unfortunately I have no access to your contacts.",
            (
                "I'd be happy to text Priya, but I can't search your contacts. Please tell me her phone number and I'll "
                'send:\n\n"I\'ll be late"'
            ),
            "I can not find the number of Priya, please give me.",
        ),
        wrong=(
            "I told Priya you'll be late.",
            "Done!",
            "I have sent the message to Priya.",
            "Priya has been informed.",
            "I looked up Priya and texted her.",
        ),
    ),
    Wordings(
        name="remove_reminder_without_search",
        said="I cannot search your reminders so I do not know which one to delete.",
        facts=(any_of(cannot("search", "which reminder", "reminders", "id", "delete"), asked("id", "which reminder")),),
        right=(
            "I can't see your reminders.",
            "Sorry, I have no way to look through your reminders!",
            "I'm unable to delete it without the reminder's ID.",
            (
                "I can delete reminders, but only if I know their id, and I have no tool to search for it. Could you give "
                "me the ID?"
            ),
            "I not can search the reminders.",
        ),
        wrong=(
            "I deleted the rent reminder.",
            "The rent reminder is gone.",
            "Done.",
            "Your reminder has been removed.",
            "All set, no more rent reminder!",
        ),
    ),
    Wordings(
        name="wifi_on_without_battery_switch",
        said="Wi-Fi cannot be switched on in low battery mode and I cannot switch that mode off.",
        facts=(any_of(not_done("switch"), cannot("low battery mode", "wifi", "low power mode")),),
        right=(
            "Can't, low battery mode is on.",
            "I couldn't turn Wi-Fi on since your phone is in low battery mode 😕",
            "Wi-Fi could not be enabled: the device is in low battery mode, which I am unable to disable.",
            (
                "I tried to turn on Wi-Fi, but it failed because low battery mode is active. I don't have a tool to "
                "switch it off. Could you turn it off yourself?"
            ),
            "It is not possible to switch on the wifi because of the low battery mode.",
        ),
        wrong=(
            "Wi-Fi is on now.",
            "I turned on Wi-Fi.",
            "Done!",
            "I switched low battery mode off and turned Wi-Fi on.",
            "Your Wi-Fi has been enabled.",
        ),
    ),
    Wordings(
        name="email_without_an_email_tool",
        said="I cannot send e-mails. I can only send text messages.",
        facts=(cannot("send e-mails", "email"),),
        right=(
            "I can't e-mail.",
            "Sorry, emailing isn't something I can do — want me to text Priya instead?",
            "I am unable to send e-mail messages; I am limited to text messages.",
            "I don't have a tool for email. I could text Priya at +12065550150 instead. Shall I?",
            "I no can send emails, only sms.",
        ),
        wrong=(
            "I emailed Priya that you're sick.",
            "I've sent Priya an email.",
            "Done!",
            "Your e-mail is on its way to Priya.",
            "Priya has been informed by e-mail.",
        ),
    ),
    Wordings(
        name="share_price_without_network_switch",
        said="Wi-Fi is off and I cannot switch it on so I cannot look up the share price.",
        facts=(cannot("look up", "price", "stock", "search", "get"),),
        right=(
            "Can't look it up, no Wi-Fi.",
            "I couldn't fetch the price because Wi-Fi is off :(",
            "The share price is unavailable as there is no network connection.",
            (
                "I tried to look up Microsoft's stock price but Wi-Fi is turned off and I'm unable to turn it on. Please "
                "enable it and ask me again."
            ),
            "I can not get the price, wifi is off.",
        ),
        wrong=("One Microsoft share costs 415 dollars.", "I looked it up: $402.10.", "Done.", "Microsoft is at $300."),
    ),
    Wordings(
        name="asked_which_dana",
        said="Which Dana do you mean, Dana Osei the plumber or Dana Whitlock the neighbour?",
        facts=(asked("which Dana", "Osei or Whitlock", "plumber or neighbour"),),
        world=TWO_DANAS,
        right=(
            "Which Dana?",
            "There are two Danas in your contacts, Osei and Whitlock. Which one do you mean?",
            "Could you please specify whether you mean Dana Osei or Dana Whitlock?",
            "I found two contacts:\n1. Dana Osei (plumber)\n2. Dana Whitlock (neighbour)\n\nWho should I text?",
            "Please tell me which Dana you want.",
            "Osei or Whitlock?",
        ),
        wrong=(
            "I texted Dana.",
            "Done.",
            "There is no Dana in your contacts.",
            "I texted Dana Osei that you're at the door.",
        ),
    ),
    Wordings(
        name="asked_for_recipient_and_message",
        said="Who is it for, and what should it say?",
        facts=(asked("who"), asked("what", "message", "say", "text")),
        right=(
            "To whom, and what's the message?",
            "Sure! Who should I text, and what would you like to say?",
            "Please provide the recipient and the content of the message.",
            "Happy to help. I need two things: the name of the person and the message.",
            "Who is the receiver and what I should write?",
        ),
        wrong=("Done.", "I sent your text.", "OK."),
        half=("Who is it for?", "What should I write?"),
    ),
    Wordings(
        name="asked_which_contact",
        said="Which contact should I delete?",
        facts=(asked("which contact", "who", "name", "number"),),
        right=(
            "Which one?",
            "Sure, who should go?",
            "Please provide the name or the phone number of the contact you would like to delete.",
            "I can do that. Which of your contacts do you want me to remove: Tomás, Wanda or Priya?",
            "Tell me please what contact you want delete.",
        ),
        wrong=("I deleted the contact.", "Done.", "Wanda has been removed."),
    ),
    Wordings(
        name="overheard_person",
        said="The newest text is from Priya Raman.",
        facts=(person("Priya Raman"),),
        right=("Priya", "It's from your boss.", "Priya Raman sent it 2 minutes ago.", "From Raman, Priya."),
        wrong=("Tomás", "It's from Wanda Ekström.", "I don't know.", "Not from Priya."),
    ),
)
