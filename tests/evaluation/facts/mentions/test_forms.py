"""Generated forms: whatever form says a fact, the verdict is the same; and whatever form says a near miss, it isn't."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evaluation.answers import NOW, said
from tool_sandbox.evaluation.facts.mentions.amounts import Quantity
from tool_sandbox.evaluation.facts.mentions.days import Day
from tool_sandbox.evaluation.facts.mentions.mention import Agreement
from tool_sandbox.evaluation.facts.mentions.money import Money
from tool_sandbox.evaluation.facts.mentions.phones import Phone
from tool_sandbox.evaluation.facts.mentions.times import TimeOfDay

SAME, OTHER = Agreement.SAME, Agreement.OTHER
FORMS = settings(max_examples=150)
"""Nine kinds of 150 facts each, every one with its near misses."""

FRAMES = st.sampled_from(
    [
        "{}",
        "It is {}.",
        "That's {}!",
        "**{}**",
        "- Result: {}\n- Anything else?",
        "Sure \u2014 here you go: {} \N{WHITE HEAVY CHECK MARK}",
        "I checked for you, and it's {}, as far as I can tell.",
        "| what | value |\n|---|---|\n| result | {} |",
        "The answer ({}) is below.\n\nLet me know if you need more help.",
    ]
)

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def in_words(number: int) -> str:
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")
    rest, scale, word = (number % 100, 100, "hundred") if number < 1000 else (number % 1000, 1000, "thousand")
    return f"{in_words(number // scale)} {word}" + (f" {in_words(rest)}" if rest else "")


def ordinal(day: int) -> str:
    return f"{day}{'th' if 10 < day < 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def grouped(number: Decimal, thousands: str, point: str) -> str:
    return f"{number:,}".translate({ord(","): thousands, ord("."): point})


def with_one_digit_off(number: Decimal, place: int) -> Decimal:
    """The number with the digit at a place, counted from the last, one higher or lower."""
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    place %= len(digits)
    digit = digits[len(digits) - 1 - place]
    return number + (1 if digit < 9 else -1) * Decimal(1).scaleb(exponent + place)


decimals = st.decimals(min_value=Decimal("1.01"), max_value=Decimal("99999.99"), places=2).filter(
    lambda number: number % 1 != 0 and number % Decimal("0.1") != 0
)
places = st.integers(0, 6)
number_forms: st.SearchStrategy[Callable[[Decimal], str]] = st.sampled_from(
    [
        str,
        lambda number: grouped(number, ",", "."),
        lambda number: grouped(number, ".", ","),
        lambda number: grouped(number, " ", ","),
        lambda number: grouped(number, "\u202f", ","),
        lambda number: grouped(number, "'", "."),
        lambda number: str(number).replace(".", ","),
    ]
)


@FORMS
@given(decimals, places, number_forms, st.sampled_from(["", "-", "\u2212", "minus ", "negative "]), FRAMES)
def test_numbers(number: Decimal, place: int, form: Callable[[Decimal], str], sign: str, frame: str) -> None:
    wanted = Quantity.of(-number if sign else number)
    assert said(wanted, frame.format(sign + form(number))) is SAME
    assert said(wanted, frame.format(sign + form(with_one_digit_off(number, place)))) is OTHER
    assert said(wanted, frame.format(form(number) if sign else f"minus {form(number)}")) is OTHER


@FORMS
@given(st.integers(2, 99999), st.sampled_from(["{}", "{} reminders", "all {} contacts", "exactly {} of them"]), FRAMES)
def test_numbers_in_words(number: int, form: str, frame: str) -> None:
    assert said(Quantity.of(number), frame.format(form.format(in_words(number)))) is SAME
    near = number + 1 if number % 10 else number + 11
    assert said(Quantity.of(near), frame.format(form.format(in_words(number)))) is OTHER


UNITS = {
    "kilometer": ("km", "kilometers", "kilometres", "kilometre"),
    "mile": ("miles", "mi", "mile"),
    "gram": ("g", "grams", "grammes"),
    "kilogram": ("kg", "kilograms", "kilos"),
    "pound": ("lb", "lbs", "pounds"),
    "ounce": ("oz", "ounces"),
    "degC": ("°C", "degrees Celsius", "C", "degrees C", "degrees", "° C"),
    "degF": ("°F", "degrees Fahrenheit", "F", "°"),
    "kph": ("km/h", "kilometers per hour", "kph"),
    "percent": ("%", "percent", "per cent"),
    "liter": ("l", "L", "liters", "litres"),
    "hour": ("hours", "h", "hrs"),
    "minute": ("min", "minutes", "mins"),
}
OTHER_UNIT = {
    "kilometer": "miles",
    "mile": "km",
    "gram": "kg",
    "kilogram": "grams",
    "pound": "kg",
    "ounce": "grams",
    "degC": "°F",
    "degF": "degrees Celsius",
    "kph": "mph",
    "percent": "",
    "liter": "ml",
    "hour": "minutes",
    "minute": "seconds",
}
unit_forms = st.sampled_from([(unit, form) for unit, forms in UNITS.items() for form in forms])
amounts = st.sampled_from(["{} {}", "about {} {}", "~{} {}", "roughly **{}** {}", "{}\u00a0{}"])


@FORMS
@given(decimals, places, number_forms, unit_forms, amounts, FRAMES)
def test_quantities_with_units(
    number: Decimal, place: int, form: Callable[[Decimal], str], unit: tuple[str, str], amount: str, frame: str
) -> None:
    wanted = Quantity.of(number, unit[0])
    assert said(wanted, frame.format(amount.format(form(number), unit[1]))) is SAME
    assert said(wanted, frame.format(amount.format(form(with_one_digit_off(number, place)), unit[1]))) is OTHER
    if other := OTHER_UNIT[unit[0]]:
        assert said(wanted, frame.format(amount.format(form(number), other))) is OTHER


CURRENCIES = {
    "USD": ("${}", "US${}", "{} USD", "USD {}", "{} dollars", "{} US dollars", "{} bucks", "$ {}"),
    "EUR": ("€{}", "{} €", "{} EUR", "EUR {}", "{} euros", "{} euro", "{}€"),
    "GBP": ("£{}", "{} GBP", "{} pounds", "{} British pounds", "{} quid"),
    "SEK": ("{} kr", "{} SEK", "{} kronor", "{} Swedish kronor"),
    "CHF": ("CHF {}", "{} Swiss francs", "{} CHF"),
}
currency_forms = st.sampled_from([(code, form) for code, forms in CURRENCIES.items() for form in forms])


@FORMS
@given(decimals, places, number_forms, currency_forms, FRAMES)
def test_sums_of_money(
    number: Decimal, place: int, form: Callable[[Decimal], str], currency: tuple[str, str], frame: str
) -> None:
    code, written = currency
    wanted = Money.of(str(number), code)
    assert said(wanted, frame.format(written.format(form(number)))) is SAME
    assert said(wanted, frame.format(written.format(form(with_one_digit_off(number, place))))) is OTHER
    other = "{} yen" if code != "JPY" else "€{}"
    assert said(wanted, frame.format(other.format(form(number)))) is OTHER


def on_twelve(moment: time) -> tuple[int, str]:
    return moment.hour % 12 or 12, "AM" if moment.hour < 12 else "PM"


def with_half(form: str) -> Callable[[time], str]:
    return lambda moment: form.format(
        on_twelve(moment)[0], moment.minute, on_twelve(moment)[1], on_twelve(moment)[1].lower()
    )


time_forms: st.SearchStrategy[Callable[[time], str]] = st.sampled_from(
    [
        lambda moment: f"{moment:%H:%M}",
        lambda moment: f"{moment:%H:%M:%S}",
        with_half("{0}:{1:02} {2}"),
        with_half("{0}:{1:02}{3}"),
        with_half("{0}.{1:02}{3}"),
        with_half("{0:02}:{1:02} {2}"),
        with_half("{0}:{1:02} {3[0]}.m."),
        with_half("at {0}:{1:02} {2} sharp"),
        with_half("at around {0}:{1:02} {2}"),
        lambda moment: f"today, {moment:%H:%M}",
        lambda moment: f"2026-05-20T{moment:%H:%M}:00",
    ]
)
minutes_off = st.sampled_from([1, -1, 10, 60, -60, 12 * 60])


@FORMS
@given(st.times().map(lambda moment: moment.replace(second=0, microsecond=0)), minutes_off, time_forms, FRAMES)
def test_times_of_day(moment: time, shift: int, form: Callable[[time], str], frame: str) -> None:
    wanted = TimeOfDay.of(moment)
    assert said(wanted, frame.format(form(moment))) is SAME
    minutes = (60 * moment.hour + moment.minute + shift) % (24 * 60)
    near = time(minutes // 60, minutes % 60)
    if not (shift == 12 * 60 and form(moment) == f"{moment:%H:%M}" and not form(moment).startswith("0")):
        assert said(wanted, frame.format(with_half("{0}:{1:02} {2}")(near))) is OTHER


def spoken(moment: time) -> str:
    hour, half = on_twelve(moment)
    next_hour = hour % 12 + 1
    minute = moment.minute
    if minute == 0:
        return f"at {ONES[hour]} {half}"
    words = {15: "quarter", 30: "half"}
    if minute <= 30:
        return f"{words.get(minute) or in_words(minute) + ' minutes'} past {ONES[hour]}"
    return f"{words.get(60 - minute) or in_words(60 - minute) + ' minutes'} to {ONES[next_hour]}"


@FORMS
@given(
    st.integers(0, 287).map(lambda step: time(step // 12, step % 12 * 5)), st.sampled_from([5, -5, 15, 60, -60]), FRAMES
)
def test_times_in_words(moment: time, shift: int, frame: str) -> None:
    minutes = (60 * moment.hour + moment.minute + shift) % (24 * 60)
    assert said(TimeOfDay.of(moment), frame.format(spoken(moment))) is SAME
    assert said(TimeOfDay.of(moment), frame.format(spoken(time(minutes // 60, minutes % 60)))) is OTHER


date_forms: st.SearchStrategy[Callable[[date], str]] = st.sampled_from(
    [
        lambda day: day.isoformat(),
        lambda day: f"{day:%Y/%m/%d}",
        lambda day: f"{MONTHS[day.month - 1]} {day.day}",
        lambda day: f"{MONTHS[day.month - 1]} {ordinal(day.day)}, {day.year}",
        lambda day: f"the {ordinal(day.day)} of {MONTHS[day.month - 1]}",
        lambda day: f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}",
        lambda day: f"{MONTHS[day.month - 1][:3]}. {day.day}",
        lambda day: f"{WEEKDAYS[day.weekday()]}, {MONTHS[day.month - 1]} {day.day}, {day.year}",
        lambda day: f"{WEEKDAYS[day.weekday()]} the {ordinal(day.day)} of {MONTHS[day.month - 1]}",
        lambda day: f"{MONTHS[day.month - 1]} {day.day} ({WEEKDAYS[day.weekday()]})",
        lambda day: f"{day:%d/%m/%Y}",
        lambda day: f"{day.month}/{day.day}/{day.year}",
        lambda day: f"{day:%d.%m.%Y}",
        lambda day: f"{day.isoformat()}T18:15:00",
        lambda day: f"{MONTHS[day.month - 1]} {day.day} at 9 AM",
    ]
)
days_off = st.sampled_from([1, -1, 7, 31, -31, 365])
days = st.integers(-85, 180).map(lambda shift: NOW.date() + timedelta(shift))


@FORMS
@given(days, days_off, date_forms, FRAMES)
def test_dates(day: date, shift: int, form: Callable[[date], str], frame: str) -> None:
    assert said(Day.of(day), frame.format(form(day))) is SAME
    near = day + timedelta(shift)
    for written in (near.isoformat(), f"{MONTHS[near.month - 1]} {ordinal(near.day)}, {near.year}", f"{near:%d.%m.%Y}"):
        assert said(Day.of(day), frame.format(written)) is OTHER


def told_from_today(day: date) -> list[str]:
    shift = (day - NOW.date()).days
    named = {0: ["today"], 1: ["tomorrow"], 2: ["the day after tomorrow"], -1: ["yesterday"]}.get(shift, [])
    counted = [f"in {shift} days", f"in {in_words(shift)} days", f"{shift} days from now"] if shift > 1 else []
    past = [f"{-shift} days ago"] if shift < -1 else []
    weekday = WEEKDAYS[day.weekday()]
    ahead = [weekday, f"this {weekday}", f"on {weekday}"] if 0 < shift < 7 else []
    following = [f"next {weekday}"] if 0 < shift < 14 else []
    return [*named, *counted, *past, *ahead, *following, f"{MONTHS[day.month - 1]} {day.day}"]


@FORMS
@given(st.integers(-6, 13), st.sampled_from([1, -1]), st.data(), FRAMES)
def test_days_told_from_today(shift: int, off: int, data: st.DataObject, frame: str) -> None:
    day = NOW.date() + timedelta(shift)
    assert said(Day.of(day), frame.format(data.draw(st.sampled_from(told_from_today(day))))) is SAME
    near = day + timedelta(off)
    assert said(Day.of(day), frame.format(data.draw(st.sampled_from(told_from_today(near))))) is OTHER


american = (
    st.tuples(st.sampled_from(["206", "415", "312", "650", "212"]), st.integers(200, 999), st.integers(0, 9999))
    .map(lambda parts: (parts[0], f"{parts[1]}", f"{parts[2]:04}"))
    .filter(lambda parts: parts[1][1:] != "11")
)
phone_forms = st.sampled_from(
    [
        "+1{}{}{}",
        "+1 {} {} {}",
        "+1 ({}) {}-{}",
        "({}) {}-{}",
        "{}-{}-{}",
        "{}.{}.{}",
        "{} {} {}",
        "{}{}{}",
        "1-{}-{}-{}",
        "+1-{}-{}-{}",
        "001 {} {} {}",
        "+1\u00a0{}\u2011{}\u2011{}",
    ]
)


@FORMS
@given(american, st.integers(0, 9), st.integers(1, 9), phone_forms, FRAMES)
def test_phone_numbers(parts: tuple[str, str, str], place: int, off: int, form: str, frame: str) -> None:
    wanted = Phone.of("+1" + "".join(parts))
    assert said(wanted, frame.format(form.format(*parts))) is SAME
    digits = "".join(parts)
    other = digits[:place] + str((int(digits[place]) + off) % 10) + digits[place + 1 :]
    assert said(wanted, frame.format(f"+1{other}")) is OTHER
    if place >= 3 and other[3] not in "01":
        assert said(wanted, frame.format(f"{other[3:6]}-{other[6:]}")) is OTHER
    assert said(wanted, frame.format(f"{parts[1]}-{parts[2]}")) is SAME
